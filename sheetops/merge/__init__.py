"""Three-way merge and guards: (base, dataset, tracker, schema, policy) -> plan. Pure."""

from .tables import MergeResult, merge_tables

__all__ = ["MergeResult", "merge_tables"]

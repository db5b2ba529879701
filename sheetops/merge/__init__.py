"""Three-way merge and guards: (base, dataset, tracker, schema, policy) -> plan. Pure."""

"""Look at a workbook that nobody prepared and propose what sheetops.toml should say about it.

    proposal = propose(Path("North.xlsx"), zone="Europe/London")
    print(*proposal.findings, sep="\\n")
    Path("sheetops.toml").write_text(proposal.toml())

Nothing in the workbook changes.
"""

from .proposal import Proposal
from .propose import propose

__all__ = ["Proposal", "propose"]

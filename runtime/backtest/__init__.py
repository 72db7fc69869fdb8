"""The journal as test material: past conversations and decisions, run again on a candidate version.

Each machine's recorded events are fed to the candidate definition of its name: does it end the same, where do the two
part, and what would it have meant? Recorded facts are put to the candidate's tables. All of it streams, one machine at
a time. What the record cannot answer is never guessed in silence: it is an assumption that the result names, or the end
of what can be said ("undecided").
"""

from runtime.backtest.report import Report, Reproduction
from runtime.backtest.results import Ended, Parting, Result
from runtime.backtest.running import Backtest, Selection

__all__ = ["Backtest", "Ended", "Parting", "Report", "Reproduction", "Result", "Selection"]

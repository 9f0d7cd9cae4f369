"""Print the tests that failed, one a line, if they are few and all drive a browser; fail if not.

A browser shares the machine with whatever else runs there. What fails twice, the second time alone, is a fault.
"""

import json
import sys
from pathlib import Path

MOST = 3
noted = Path(".pytest_cache/v/cache/lastfailed")
failed = list(json.loads(noted.read_text("utf-8"))) if noted.exists() else []
is_browsers = all("pytest.mark.browser" in Path(test.split("::")[0]).read_text("utf-8") for test in failed)
if not 0 < len(failed) <= MOST or not is_browsers:
    sys.exit(1)
sys.stdout.write("\n".join(failed))

"""Serves PyPI's daraja-mock, unmodified, on a port of the system's choice (in .venv-contract).

Prints its address. Each line read is the ResultCode that queries answer from then on; after it is
set, the number of requests seen so far is printed. The end of the input ends the server.
"""

import sys
import threading

from daraja_mock import DarajaMock  # type: ignore[import-not-found]
from werkzeug.serving import make_server

mock = DarajaMock()
server = make_server("127.0.0.1", 0, mock.app, threaded=True)
thread = threading.Thread(target=server.serve_forever)
thread.start()
print(f"http://127.0.0.1:{server.server_port}", flush=True)
for line in sys.stdin:
    mock.set_stk_result(int(line))
    print(len(mock.request_log()), flush=True)
server.shutdown()
thread.join()

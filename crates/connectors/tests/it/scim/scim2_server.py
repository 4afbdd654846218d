"""Runs scim2-server with the given options on a free port of loopback, which it prints.

Ends when standard input does: whoever started it is gone then.
"""

import os
import sys
import threading

from scim2_server.testserver import cli


def end_with_input():
    sys.stdin.buffer.read()
    os._exit(0)


make_server = cli.make_server


def on_a_free_port(host, _port, application, **options):
    server = make_server(host, 0, application, **options)
    print(f"port {server.server_port}", flush=True)
    return server


threading.Thread(target=end_with_input, daemon=True).start()
cli.make_server = on_a_free_port
cli.main()

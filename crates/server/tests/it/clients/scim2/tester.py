"""Lets scim2-tester loose on a server and tells each of its results in a line of JSON."""

import json
import sys

from httpx2 import Client
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import check_server

base, token = sys.argv[1:3]
http = Client(base_url=base, headers={"Authorization": f"Bearer {token}"}, timeout=60)
for result in check_server(SyncSCIMClient(http)):
    told = [result.status.name, result.title, result.resource_type or "", str(result.reason or "")]
    print(json.dumps(told))

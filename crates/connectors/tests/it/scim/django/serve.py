"""Runs django-scim2 below /TENANT/scim/v2 on a free port of loopback, which it prints.

Arguments: a new file for the database, and who may ask, as NAME:PASSWORD.
Ends when standard input does: whoever started it is gone then.
"""

import base64
import os
import pathlib
import sys
import threading
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import django
from django.conf import settings
from django.core.management import call_command
from django.urls import include, path

DATABASE, CREDENTIALS = sys.argv[1:]

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    AUTH_USER_MODEL="people.User",
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": DATABASE, "OPTIONS": {"timeout": 20}}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "people", "django_scim"],
    LOGGING_CONFIG=None,
    MIDDLEWARE=["__main__.basic", "django_scim.middleware.SCIMAuthCheckMiddleware"],
    PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    ROOT_URLCONF="__main__",
    SCIM_SERVICE_PROVIDER={
        "AUTHENTICATION_SCHEMES": [{"type": "httpbasic", "name": "Basic", "description": "RFC 7617"}],
        "GET_EXTRA_MODEL_FILTER_KWARGS_GETTER": "people.adapters.of_request",
        "GROUP_ADAPTER": "people.adapters.Group",
        "GROUP_MODEL": "people.models.Group",
        "NETLOC": "127.0.0.1",
        "SCHEME": "http",
        "USER_ADAPTER": "people.adapters.User",
    },
    SECRET_KEY="nothing is signed here",
)

urlpatterns = [path("scim/v2/", include("django_scim.urls", namespace="scim"))]


def basic(get_response):
    from django.contrib.auth.models import AnonymousUser
    from people.models import User

    expected = "Basic " + base64.b64encode(CREDENTIALS.encode()).decode()

    def answer(request):
        known = request.headers.get("Authorization") == expected
        request.user = User(username=CREDENTIALS.split(":")[0]) if known else AnonymousUser()
        return get_response(request)

    return answer


def end_with_input():
    sys.stdin.buffer.read()
    os._exit(0)


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, *_arguments):
        pass


threading.Thread(target=end_with_input, daemon=True).start()
sys.path.insert(0, str(pathlib.Path(__file__).parent))
django.setup()
call_command("migrate", run_syncdb=True, verbosity=0)

from django.core.wsgi import get_wsgi_application  # noqa: E402

application = get_wsgi_application()


def for_tenant(environ, start_response):
    _, tenant, path = environ["PATH_INFO"].split("/", 2)
    return application({**environ, "SCRIPT_NAME": f"/{tenant}", "PATH_INFO": f"/{path}"}, start_response)


with make_server("127.0.0.1", 0, for_tenant, server_class=Server, handler_class=Quiet) as server:
    print(f"port {server.server_port}", flush=True)
    server.serve_forever()

"""The one ASGI application: WebSockets to Channels, all other requests to Django.

Django's synchronous half runs in a pool of lasting threads, so each keeps its database connection;
Django's own ASGI handler would start a thread and open a connection for every request.
"""

import os
from typing import Any

from a2wsgi import WSGIMiddleware
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django_application = get_wsgi_application()

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402 - Django is set up first
from django.conf import settings  # noqa: E402 - Django is set up first

from realtime.routing import websocket_urls  # noqa: E402 - Django is set up first

http: Any = WSGIMiddleware(django_application, workers=settings.REQUEST_THREADS)
application = ProtocolTypeRouter({"http": http, "websocket": URLRouter(websocket_urls)})

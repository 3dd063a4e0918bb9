"""Web frameworks: the classes of their applications, routers and views, and what includes a router."""

from __future__ import annotations

APP_CLASSES = {
    "fastapi.FastAPI": "fastapi",
    "fastapi.applications.FastAPI": "fastapi",
    "starlette.applications.Starlette": "starlette",
    "flask.Flask": "flask",
    "flask.app.Flask": "flask",
    "apiflask.APIFlask": "flask",
    "flask_openapi3.OpenAPI": "flask",
    "quart.Quart": "quart",
    "quart.app.Quart": "quart",
}
"""Classes of applications, with their framework."""

ROUTER_CLASSES = {
    "fastapi.APIRouter": "fastapi",
    "fastapi.routing.APIRouter": "fastapi",
    "flask.Blueprint": "flask",
    "flask.blueprints.Blueprint": "flask",
    "flask_smorest.Blueprint": "flask",
    "apiflask.APIBlueprint": "flask",
    "flask_openapi3.APIBlueprint": "flask",
    "quart.Blueprint": "quart",
    "quart.blueprints.Blueprint": "quart",
}
"""Classes that collect routes until an application takes them in, with their framework."""

VIEW_CLASSES = {
    "flask.views.MethodView": "flask",
    "flask.views.View": "flask",
    "flask_restful.Resource": "flask",
    "flask_restx.Resource": "flask",
    "quart.views.MethodView": "quart",
    "starlette.endpoints.HTTPEndpoint": "starlette",
    "aiohttp.web.View": "aiohttp",
    "django.views.View": "django",
    "django.views.generic.View": "django",
    "django.views.generic.base.View": "django",
    "django.views.generic.TemplateView": "django",
    "django.views.generic.ListView": "django",
    "django.views.generic.DetailView": "django",
    "django.views.generic.FormView": "django",
    "django.views.generic.CreateView": "django",
    "django.views.generic.UpdateView": "django",
    "django.views.generic.DeleteView": "django",
    "rest_framework.views.APIView": "drf",
    "rest_framework.generics.GenericAPIView": "drf",
    "rest_framework.generics.ListAPIView": "drf",
    "rest_framework.generics.CreateAPIView": "drf",
    "rest_framework.generics.RetrieveAPIView": "drf",
    "rest_framework.generics.UpdateAPIView": "drf",
    "rest_framework.generics.DestroyAPIView": "drf",
    "rest_framework.generics.ListCreateAPIView": "drf",
    "rest_framework.generics.RetrieveUpdateAPIView": "drf",
    "rest_framework.generics.RetrieveDestroyAPIView": "drf",
    "rest_framework.generics.RetrieveUpdateDestroyAPIView": "drf",
    "rest_framework.viewsets.ViewSet": "drf",
    "rest_framework.viewsets.GenericViewSet": "drf",
    "rest_framework.viewsets.ModelViewSet": "drf",
    "rest_framework.viewsets.ReadOnlyModelViewSet": "drf",
}
"""Classes whose methods answer requests, with their framework."""

VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "trace"})
"""The verbs of HTTP, as decorators of routes are named by them."""

INCLUDERS = {"include_router": "router", "register_blueprint": "blueprint"}
"""Methods by which an application or a router takes a router in, with their parameter."""

FAMILIES = {"fastapi": ("fastapi", "starlette"), "flask": ("flask", "quart"), "quart": ("quart", "flask")}
"""Of a router's framework: the frameworks whose applications can take it in."""

"""The addresses of the admin; all its pages are loaded with this, by the first who asks for one."""

from importlib import import_module

from django.contrib import admin
from django.urls import path
from django.utils.module_loading import import_string

from config.libraries import adapt_theme

adapt_theme()
admin.autodiscover()
import_module("resources.admin.jobs")
# A page for every resource that has none by now.
import_module("resources.admin.change_log")

change_own_password = import_string("users.admin.change_own_password")
enrolment = import_string("users.views.enrolment.EnrolmentPage").as_view()

urlpatterns = [
    path("password_change/", admin.site.admin_view(change_own_password)),
    path("second-factor/", admin.site.admin_view(enrolment)),
    *admin.site.get_urls(),
]

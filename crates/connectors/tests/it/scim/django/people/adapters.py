"""What is created belongs to the tenant of its request, and nobody else sees it."""

from django_scim.adapters import SCIMGroup, SCIMUser


def of_request(_model):
    return lambda request, *_arguments: {"tenant": request.META["SCRIPT_NAME"]}


class Own:
    def save(self):
        self.obj.tenant = self.request.META["SCRIPT_NAME"]
        super().save()


class User(Own, SCIMUser):
    pass


class Group(Own, SCIMGroup):
    pass

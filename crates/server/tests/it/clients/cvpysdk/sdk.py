"""Does with cvpysdk what it is told, and answers what the client then believes.

A line of JSON on standard input is a call, [NAME, {ARGUMENT: …}], of a function below. A line on standard output is
its answer, {"result": …} or {"error": "…"}. Only the client speaks to the server.
"""

import json
import sys

from cvpysdk.commcell import Commcell

commcell = None


def log_in(host, user=None, password=None, **more):
    global commcell
    commcell = Commcell(host, user, password, **more)
    return commcell.commcell_username


def log_out():
    return commcell.logout()


def commserv():
    return {
        "name": commcell.commserv_name,
        "host": commcell.commserv_hostname,
        "version": commcell.commserv_version,
        "time_zone": commcell.commserv_timezone_name,
    }


def users():
    commcell.users.refresh()
    return commcell.users.all_users


def cached_users(**query):
    return commcell.users.get_users_cache(**query)


def has_user(user):
    return bool(commcell.users.has_user(user))


def user(user):
    found = commcell.users.get(user)
    return {
        "id": int(found.user_id),
        "name": found.user_name,
        "full_name": found.full_name,
        "email": found.email,
        "description": found.description,
        "guid": found.user_guid,
        "enabled": found.status,
        "groups": found.associated_usergroups,
        "security": found.user_security_associations,
    }


def set_enabled(user, enabled):
    found = commcell.users.get(user)
    found.status = enabled
    found.refresh()
    return found.status


def delete(user, **new_owner):
    commcell.users.delete(user, **new_owner)


def v4_delete(user, **new_owner):
    commcell.users.v4_delete(user, **new_owner)


def add(user, **more):
    return commcell.users.add(user, **more).user_name


def v4_add(user, **more):
    return commcell.users.v4_add(user, **more).user_name


def rename(user, name):
    commcell.users.get(user).user_name = name


def set_email(user, email):
    found = commcell.users.get(user)
    if hasattr(found, "edit_email"):
        found.edit_email(email)
    else:
        found.email = email


def set_description(user, description):
    commcell.users.get(user).description = description


def change_groups(user, how, groups):
    commcell.user_groups.refresh()
    getattr(commcell.users.get(user), how + "_usergroups")(groups)


def change_password(user, new, own):
    commcell.users.get(user).update_user_password(new, own)


def two_factor(user):
    return commcell.users.get(user).is_tfa_enabled


def lock(user):
    found = commcell.users.get(user).get_account_lock_info
    return found() if callable(found) else found


def unlock(user):
    return commcell.users.get(user).unlock()


def sessions(user):
    return commcell.users.get(user).get_sessions()


def own():
    return commcell.users.get(commcell.commcell_username)


def create_access_token(**arguments):
    return own().create_access_token(**arguments)


def renew_access_token(**pair):
    return own().renew_access_token(**pair)


def delete_access_token(access_token_id):
    return own().delete_access_token(access_token_id)


def groups():
    commcell.user_groups.refresh()
    return commcell.user_groups.all_user_groups


def cached_groups(**query):
    return commcell.user_groups.get_user_groups_cache(**query)


def has_group(group):
    return bool(commcell.user_groups.has_user_group(group))


def group(group):
    found = commcell.user_groups.get(group)
    return {
        "id": int(found.user_group_id),
        "name": found.user_group_name,
        "description": found.description,
        "enabled": found.status,
        "users": found.users,
        "associations": found.associations,
    }


def delete_group(group, **new_owner):
    commcell.user_groups.delete(group, **new_owner)


def call(name, arguments):
    try:
        return {"result": globals()[name](**arguments)}
    except Exception as error:  # whatever it is, the test wants to see it
        return {"error": f"{type(error).__name__}: {error}"}


# Some versions print to standard output, which is ours.
answers, sys.stdout = sys.stdout, sys.stderr
for line in sys.stdin:
    print(json.dumps(call(*json.loads(line))), file=answers, flush=True)

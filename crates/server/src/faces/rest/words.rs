//! The words of closed sets, for the OpenAPI document: taken from `domain`, so that they cannot differ.

use domain::{
    AccountState, Action, Goal, OffboardingState, PlatformKind, Role, StepState, TokenKind, UserState,
};
use utoipa::openapi::schema::{Object, ObjectBuilder, Type};

fn one_of(words: impl Iterator<Item = &'static str>) -> Object {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words)).build()
}

/// What a user may be.
pub(super) fn user_role() -> Object {
    one_of(Role::OF_USERS.iter().map(|role| role.as_str()))
}

macro_rules! schemas {
    ($($function:ident = $set:ty;)*) => {$(
        pub(super) fn $function() -> Object {
            one_of(<$set>::ALL.iter().map(|word| word.as_str()))
        }
    )*};
}

schemas! {
    account_state = AccountState;
    action = Action;
    goal = Goal;
    offboarding_state = OffboardingState;
    platform_kind = PlatformKind;
    role = Role;
    step_state = StepState;
    token_kind = TokenKind;
    user_state = UserState;
}

//! Clerks who leave, move or get another password do not come in any more when the line is cut.

use super::{Counter, PASSWORD};
use crate::testing::{clerk, run};
use crate::use_cases::access::sign_in;
use yuyue_domain::ids::OfficeId;
use yuyue_domain::rights::Role;
use yuyue_protocol::account::Clerk;
use yuyue_protocol::change::{Row, RowKey};

/// What signing in without line answers after the feed has brought `change`.
fn without_line_after(change: impl FnOnce(&Counter)) -> Result<(), String> {
    let mut counter = Counter::open();
    counter.desk().sign_out().expect("gone");
    change(&counter);
    counter.follow();
    counter.cut();
    run(sign_in(&counter.desk, &counter.centre, "0317", PASSWORD)).map(drop).map_err(|error| error.code().to_owned())
}

#[test]
fn whoever_the_centre_knows_otherwise_is_not_let_in_without_line() {
    assert_eq!(without_line_after(|_| ()), Ok(()), "nothing has changed");
    let renamed = Clerk { name: "周例".into(), ..clerk() };
    assert_eq!(without_line_after(|counter| counter.centre.set(Row::Clerk(renamed))), Ok(()), "the same password");
    let refused = Err("offline_sign_in_expired".to_owned());
    let gone = without_line_after(|counter| counter.centre.remove(RowKey::Clerk(clerk().id)));
    assert_eq!(gone, refused, "the clerk has left");
    for (changed, why) in [
        (Clerk { office: OfficeId(9), ..clerk() }, "the clerk works elsewhere"),
        (Clerk { role: Role::Supervisor, ..clerk() }, "the clerk has another role"),
        (clerk(), "the password is another one"),
    ] {
        let set = |counter: &Counter| {
            let renewed_at = Some(counter.desk().now());
            counter.centre.set(Row::Clerk(Clerk { renewed_at, ..changed }));
        };
        assert_eq!(without_line_after(set), refused, "{why}");
    }
}

#[test]
fn a_clerk_who_has_left_does_not_come_back_to_a_locked_counter() {
    let mut counter = Counter::open();
    counter.desk().lock_counter(false).expect("locked");
    counter.centre.remove(RowKey::Clerk(clerk().id));
    counter.follow();
    counter.cut();
    let refused = counter.desk().unlock_here(PASSWORD).expect_err("not any more");
    assert_eq!(refused.code(), "offline_sign_in_expired", "the centre has to be asked");
}

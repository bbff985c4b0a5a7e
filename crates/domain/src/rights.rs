//! Who may read and do what at the centre: one table, from whoever stands in front of it to everything that it answers.
//!
//! The centre asks [`check`] before it reads or decides anything. What may be done with an application in which state is
//! another table, [`crate::application::permission`]; both have to agree.

use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// What a clerk is at the office.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 窗口办事员: books for the person at the desk.
    #[default]
    Clerk,
    /// 业务主管: answers for one office, its clerks and its devices.
    Supervisor,
    /// 系统管理员: answers for all offices of the city.
    Operator,
}

/// Who stands in front of the centre.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// Anybody, without a certificate.
    Everybody,
    /// A counter at which nobody is signed in.
    Counter,
    /// A kiosk at which nobody has said who they are.
    Kiosk,
    /// A kiosk at which a person has.
    Visitor,
    /// A counter with somebody signed in.
    Staff(Role),
}

impl Standing {
    /// Everybody, in the order of the table's columns.
    pub const ALL: [Self; 7] = [
        Self::Everybody,
        Self::Counter,
        Self::Kiosk,
        Self::Visitor,
        Self::Staff(Role::Clerk),
        Self::Staff(Role::Supervisor),
        Self::Staff(Role::Operator),
    ];

    const fn column(self) -> usize {
        match self {
            Self::Everybody => 0,
            Self::Counter => 1,
            Self::Kiosk => 2,
            Self::Visitor => 3,
            Self::Staff(Role::Clerk) => 4,
            Self::Staff(Role::Supervisor) => 5,
            Self::Staff(Role::Operator) => 6,
        }
    }
}

/// Something that the centre lets be read or done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Right {
    /// Read what is published: offices, plans, results without names, whether a voucher holds.
    ReadPublished,
    /// Enrol with a one-time code.
    Enrol,
    /// Hear the centre's clock.
    ReadTime,
    /// Follow the feed. A kiosk's holds nothing about anybody.
    FollowFeed,
    /// Read open sessions, their queues and the priority places that are left.
    ReadSessions,
    /// Deliver commands that were taken and signed before; each is then judged by who took it.
    Deliver,
    /// Get a new certificate in the place of one that ends.
    RenewCertificate,
    /// Keep the end of the audit as a witness.
    WitnessAudit,
    /// Sign in with number and password, at a counter of one's own office.
    SignIn,
    /// Sign in at a counter of any office.
    SignInAnywhere,
    /// Ask for the code that opens a visit, and open one.
    OpenVisit,
    /// Prolong and end a visit.
    KeepVisit,
    /// Show other counters whose record is open, and see theirs.
    ShowOpenRecord,
    /// Look people up.
    LookUp,
    /// Read one person's record.
    ReadApplicant,
    /// Read where an application would end.
    ReadOutlook,
    /// Have a code sent to the bound phone.
    SendCode,
    /// 预约.
    Apply,
    /// Confirm the code of an application that waits for it.
    Confirm,
    /// 撤回申请.
    Withdraw,
    /// 取消预约.
    Cancel,
    /// 阅读并同意.
    Agree,
    /// See personal data unmasked, which is recorded.
    Reveal,
    /// Print a slip or voucher, which is recorded.
    Print,
    /// Read who did what at an office, such as who looked at whom unmasked.
    ReadActs,
    /// Let a clerk in again who is locked out after wrong passwords.
    LiftLock,
    /// End a clerk's sign-ins everywhere.
    SignOutClerk,
    /// Shut a device out.
    RevokeDevice,
}

/// How far a right reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grant {
    /// Not at all.
    No,
    /// For the person of the visit, or for one's own office.
    Own,
    /// For everybody and every office.
    All,
}

/// Why something is not allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Denial {
    /// Somebody has to sign in, or to say who they are, first.
    #[error("nobody is signed in or has said who they are")]
    SignedOut,
    /// It is for others, or about others.
    #[error("this is not allowed here")]
    Forbidden,
}

impl Right {
    /// All rights, in the order of the table's rows.
    pub const ALL: [Self; 28] = [
        Self::ReadPublished,
        Self::Enrol,
        Self::ReadTime,
        Self::FollowFeed,
        Self::ReadSessions,
        Self::Deliver,
        Self::RenewCertificate,
        Self::WitnessAudit,
        Self::SignIn,
        Self::SignInAnywhere,
        Self::OpenVisit,
        Self::KeepVisit,
        Self::ShowOpenRecord,
        Self::LookUp,
        Self::ReadApplicant,
        Self::ReadOutlook,
        Self::SendCode,
        Self::Apply,
        Self::Confirm,
        Self::Withdraw,
        Self::Cancel,
        Self::Agree,
        Self::Reveal,
        Self::Print,
        Self::ReadActs,
        Self::LiftLock,
        Self::SignOutClerk,
        Self::RevokeDevice,
    ];

    /// The table. Its columns are those of [`Standing::ALL`].
    #[rustfmt::skip]
    #[expect(clippy::match_same_arms, reason = "each right has a row of its own")]
    const fn row(self) -> [Grant; 7] {
        use Grant::{All, No, Own};
        match self {
            //                        everybody counter kiosk visitor clerk supervisor operator
            Self::ReadPublished    => [All,      All,    All,  All,    All,  All,       All],
            Self::Enrol            => [All,      All,    All,  All,    All,  All,       All],
            Self::ReadTime         => [No,       All,    All,  All,    All,  All,       All],
            Self::FollowFeed       => [No,       All,    All,  All,    All,  All,       All],
            Self::ReadSessions     => [No,       All,    All,  All,    All,  All,       All],
            Self::Deliver          => [No,       All,    All,  All,    All,  All,       All],
            Self::RenewCertificate => [No,       All,    All,  All,    All,  All,       All],
            Self::WitnessAudit     => [No,       All,    All,  All,    All,  All,       All],
            Self::SignIn           => [No,       All,    No,   No,     All,  All,       All],
            Self::SignInAnywhere   => [No,       No,     No,   No,     No,   No,        All],
            Self::OpenVisit        => [No,       No,     All,  All,    No,   No,        No],
            Self::KeepVisit        => [No,       No,     No,   Own,    No,   No,        No],
            Self::ShowOpenRecord   => [No,       No,     No,   No,     All,  All,       All],
            Self::LookUp           => [No,       No,     No,   No,     All,  All,       All],
            Self::ReadApplicant    => [No,       No,     No,   Own,    All,  All,       All],
            Self::ReadOutlook      => [No,       No,     No,   Own,    All,  All,       All],
            Self::SendCode         => [No,       No,     No,   Own,    All,  All,       All],
            Self::Apply            => [No,       No,     No,   Own,    All,  All,       All],
            Self::Confirm          => [No,       No,     No,   Own,    All,  All,       All],
            Self::Withdraw         => [No,       No,     No,   Own,    All,  All,       All],
            Self::Cancel           => [No,       No,     No,   Own,    All,  All,       All],
            Self::Agree            => [No,       No,     No,   Own,    All,  All,       All],
            Self::Reveal           => [No,       No,     No,   No,     All,  All,       All],
            Self::Print            => [No,       No,     No,   Own,    All,  All,       All],
            Self::ReadActs         => [No,       No,     No,   No,     No,   Own,       All],
            Self::LiftLock         => [No,       No,     No,   No,     No,   Own,       All],
            Self::SignOutClerk     => [No,       No,     No,   No,     No,   Own,       All],
            Self::RevokeDevice     => [No,       No,     No,   No,     No,   Own,       All],
        }
    }

    /// How far the right reaches for somebody.
    #[must_use]
    pub const fn grant(self, standing: Standing) -> Grant {
        self.row()[standing.column()]
    }
}

/// Whether somebody may do something. `is_own` says whether it is about the person of the visit, or about the own office;
/// what is about nobody is nobody else's.
///
/// # Errors
/// Why not: whoever would be let in after signing in, or after saying who they are, is told so.
pub const fn check(standing: Standing, right: Right, is_own: bool) -> Result<(), Denial> {
    match right.grant(standing) {
        Grant::All => Ok(()),
        Grant::Own if is_own => Ok(()),
        Grant::Own => Err(Denial::Forbidden),
        Grant::No => {
            let of_staff = !matches!(right.grant(Standing::Staff(Role::Operator)), Grant::No);
            let of_visitors = !matches!(right.grant(Standing::Visitor), Grant::No);
            let is_known_later = match standing {
                // Nobody is known at all; only then it matters where.
                Standing::Counter => of_staff || of_visitors,
                Standing::Kiosk => of_visitors,
                Standing::Everybody | Standing::Visitor | Standing::Staff(_) => false,
            };
            Err(if is_known_later { Denial::SignedOut } else { Denial::Forbidden })
        }
    }
}

/// Whether somebody who is signed in acts at a counter of the right office at `taken_at`: of the own one, as when signing in.
/// A counter without line may not have heard of a move, or that somebody lost the right to act anywhere: what is taken there
/// until `unheard_until`, as long as a sign-in without line lasts, stands.
#[must_use]
pub fn may_act(standing: Standing, is_own_office: bool, unheard_until: Option<Timestamp>, taken_at: Timestamp) -> bool {
    is_own_office
        || unheard_until.is_some_and(|until| taken_at < until)
        || check(standing, Right::SignInAnywhere, false).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_and_row_is_in_its_place() {
        for (column, standing) in Standing::ALL.into_iter().enumerate() {
            assert_eq!(standing.column(), column, "the order of the columns is that of the list");
        }
        assert!(Right::ALL.is_sorted_by(|one, next| one < next), "every right is listed once");
    }

    #[test]
    fn each_role_may_do_what_the_one_below_may() {
        for right in Right::ALL {
            let grants = [Role::Clerk, Role::Supervisor, Role::Operator].map(|role| right.grant(Standing::Staff(role)));
            assert!(grants.is_sorted(), "{right:?}: whoever answers for more people may not do less");
        }
    }

    #[test]
    fn nobody_without_a_certificate_gets_more_than_what_is_published() {
        let granted = Right::ALL.into_iter().filter(|right| right.grant(Standing::Everybody) != Grant::No);
        assert_eq!(granted.collect::<Vec<_>>(), [Right::ReadPublished, Right::Enrol], "and enrolling takes a code");
    }

    #[test]
    fn a_kiosk_has_nothing_about_anybody_but_the_person_of_its_visit() {
        for right in Right::ALL.into_iter().filter(|right| right.grant(Standing::Staff(Role::Clerk)) == Grant::All) {
            if right.grant(Standing::Counter) == Grant::No {
                assert_eq!(right.grant(Standing::Kiosk), Grant::No, "{right:?}: somebody has to say who they are");
                assert_ne!(right.grant(Standing::Visitor), Grant::All, "{right:?}: and then it is about them");
            }
        }
    }

    #[test]
    fn whoever_can_still_sign_in_is_told_so() {
        assert_eq!(check(Standing::Counter, Right::LookUp, true), Err(Denial::SignedOut), "a clerk may look people up");
        assert_eq!(check(Standing::Kiosk, Right::Apply, true), Err(Denial::SignedOut), "a visitor may apply");
        assert_eq!(check(Standing::Kiosk, Right::LookUp, true), Err(Denial::Forbidden), "nobody looks up at a kiosk");
        assert_eq!(check(Standing::Visitor, Right::Apply, false), Err(Denial::Forbidden), "it is somebody else");
        let supervisor = Standing::Staff(Role::Supervisor);
        assert_eq!(check(supervisor, Right::RevokeDevice, true), Ok(()), "a device of the own office");
        assert_eq!(check(supervisor, Right::RevokeDevice, false), Err(Denial::Forbidden), "one of another office");
    }
}

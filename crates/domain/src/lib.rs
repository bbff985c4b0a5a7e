//! Every rule and type of booking a driving test in Chongqing, as pure functions over data.
//!
//! Nothing in here does I/O, waits, reads a clock or draws a random number: time and entropy are arguments. Numbers that
//! a regulation or an office may change are read from versioned documents into [`policy`] values and are never
//! constants of the code. Every refusal names its rule and article.
//!
//! Where to begin: [`eligibility`] says who may book what, [`intake`] takes an application, [`application`] holds its
//! states and who may change them, [`flow`] leads through the steps of the guide, [`session`] computes windows and
//! deadlines, [`sort_time`] and [`rank`] say where somebody stands, [`allocation`] gives out the places and [`outlook`]
//! says what it would give as things stand. `docs/domain.md` lists every rule of the guide and every article with its
//! module, its key in the data and its test.

pub mod allocation;
pub mod applicant;
pub mod application;
pub mod calendar;
pub mod eligibility;
pub mod flow;
pub mod identity;
pub mod ids;
pub mod intake;
pub mod licence;
pub mod lookup;
pub mod mask;
pub mod notice;
pub mod office;
pub mod outlook;
pub mod policy;
pub mod presence;
pub mod publication;
pub mod rank;
pub mod rank_key;
pub mod refusal;
pub mod rights;
pub mod seed;
pub mod session;
pub mod sort_time;
pub mod time;
pub mod verification;

//! Age, blocks and the medical certificate (art. 14, 15, 23, 93).

use super::permit::years_after;
use super::{Case, Judged, Refusal, RefusalCode};
use crate::policy::local::MedicalJudged;
use chrono::Months;

/// The class can be applied for from one birthday on and up to another, that day included. Whoever is old enough to apply
/// is so on the day of the test.
pub(super) fn check_age(case: Case<'_>) -> Vec<Refusal> {
    let applicant = &case.record.applicant;
    let ages = &case.policy.regulation.ages;
    let Some(limit) = ages.find(applicant.class) else { return Vec::new() };
    let first_day = years_after(applicant.birth_date, limit.from_years);
    if case.today() < first_day {
        let code = RefusalCode::TooYoung { from_years: limit.from_years };
        return vec![Refusal::new(code, &ages.cite, Judged::Both).until(Some(first_day))];
    }
    let Some(to_years) = limit.to_years else { return Vec::new() };
    let last_day = years_after(applicant.birth_date, to_years);
    if case.last_day() > last_day {
        return vec![Refusal::new(RefusalCode::TooOld { to_years, last_day }, &ages.cite, Judged::Both)];
    }
    Vec::new()
}

/// Nobody applies or is tested while a block is in force.
pub(super) fn check_blocks(case: Case<'_>) -> Vec<Refusal> {
    let days = [Some(case.today()), case.test_day()];
    let rules = &case.policy.regulation.blocks.rows;
    let in_force = case.record.applicant.blocks.iter().filter(|block| {
        days.into_iter().flatten().any(|day| block.from <= day && block.until.is_none_or(|until| day <= until))
    });
    in_force
        .filter_map(|block| {
            let rule = rules.iter().find(|rule| rule.reason == block.reason)?;
            let code = RefusalCode::Blocked { reason: block.reason, until: block.until };
            let possible_from = block.until.map(|until| until.succ_opt().unwrap_or(until));
            Some(Refusal::new(code, &rule.cite, Judged::Both).until(possible_from))
        })
        .collect()
}

/// The certificate is valid for some months; a newer one than needed is always good.
pub(super) fn check_medical(case: Case<'_>) -> Vec<Refusal> {
    if !case.track.medical {
        return Vec::new();
    }
    let applicant = &case.record.applicant;
    let rule = &case.policy.regulation.medical;
    let Some(medical_on) = applicant.medical_on else {
        return vec![Refusal::new(RefusalCode::MedicalMissing, &rule.cite, Judged::Application)];
    };
    let (judged_on, judged) = match case.policy.local.readings.medical_judged_on {
        MedicalJudged::Acceptance => (applicant.accepted_at.date(), Judged::Application),
        MedicalJudged::ApplicationAndTest => (case.last_day(), Judged::Both),
    };
    let last_day = medical_on.checked_add_months(Months::new(rule.months.into())).unwrap_or(medical_on);
    if judged_on <= last_day {
        return Vec::new();
    }
    let code = RefusalCode::MedicalTooOld { medical_on, months: rule.months };
    vec![Refusal::new(code, &rule.cite, judged)]
}

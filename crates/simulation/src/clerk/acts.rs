//! Everything but booking.

use super::{ClerkLine, Counter, Done, Told};
use crate::city::{PASSWORD, Person};
use uuid::Uuid;
use yuyue_desk::desk::lock;
use yuyue_desk::error::DeskError;
use yuyue_desk::use_cases::applicant::open_applicant;
use yuyue_desk::use_cases::code::send_code;
use yuyue_desk::use_cases::ending::{confirm_code, end_application};
use yuyue_desk::use_cases::search::search;
use yuyue_desk::view::progress::{ApplicationView, EndProof};
use yuyue_desk::view::submission::CodePurpose;
use yuyue_domain::identity::IdentityCheck;
use yuyue_domain::ids::ApplicationId;

/// The clerk signs in, with whoever answers: the centre, or without line what is kept here.
pub async fn sign_in<L: ClerkLine>(counter: Counter<L>) -> Done {
    let number = counter.clerk.staff_number.clone();
    let signed = yuyue_desk::use_cases::access::sign_in(&counter.desk, &counter.line, &number, PASSWORD).await;
    match signed {
        Ok(_) => Done::of("signs in"),
        Err(error) => counter.failed("signs in", &error),
    }
}

/// The clerk counts what was taken, and goes. What is missing is named.
pub async fn hand_over<L: ClerkLine>(counter: Counter<L>) -> Done {
    counter.dawdle().await;
    let summed = {
        let mut desk = lock(&counter.desk);
        desk.shift_summary().and_then(|summary| desk.sign_out().map(|_| summary))
    };
    match summed {
        Ok(summary) => {
            let mut done = Done::of(format!("hands over: {} taken, {} received", summary.taken, summary.received));
            let named = u32::try_from(summary.missing.len()).unwrap_or(u32::MAX);
            if summary.received + named != summary.taken {
                done.complaint = Some(format!("{} taken, {} received, {named} named", summary.taken, summary.received));
            }
            done
        }
        Err(error) => counter.failed("hands over", &error),
    }
}

/// The clerk looks somebody up and opens the record.
pub async fn look_up<L: ClerkLine>(counter: Counter<L>, person: Person) -> Done {
    let text = person.phone[person.phone.len() - 4..].to_owned();
    let looked = async {
        let found = search(&counter.desk, &counter.centre(), &text).await?;
        counter.dawdle().await;
        open_applicant(&counter.desk, &counter.centre(), person.id).await?;
        lock(&counter.desk).reveal(person.id)?;
        lock(&counter.desk).close_applicant()?;
        Ok::<_, DeskError>(found)
    };
    match looked.await {
        Ok(_) => Done::of(format!("looks {} up", person.id.0)),
        Err(error) => counter.failed("looks up", &error),
    }
}

/// The clerk looks through 待处理 and deals with a refusal.
pub async fn review_outbox<L: ClerkLine>(counter: Counter<L>) -> Done {
    let view = lock(&counter.desk).outbox();
    let view = match view {
        Ok(view) => view,
        Err(error) => return counter.failed("looks through 待处理", &error),
    };
    let mut done = Done::of(format!(
        "looks through 待处理: {} refused, {} waiting, {} await a code",
        view.refused.len(),
        view.waiting.len(),
        view.awaiting_code.len()
    ));
    for row in view.refused.iter().chain(&view.waiting) {
        if row.reasons.iter().all(|reason| reason.code.is_empty()) || row.steps.is_empty() {
            done.complaint = Some(format!("{} waits or is refused, and nobody is told why or what to do", row.id));
        }
    }
    counter.dawdle().await;
    if let Some(row) = view.refused.first().filter(|_| counter.draw(2) == 0) {
        done.told.push((row.id, Told::Refused));
        let noted = lock(&counter.desk).outbox_acknowledge(row.id, "已当面告知");
        if let Err(error) = noted {
            return counter.failed("notes what was told", &error);
        }
    }
    done
}

/// By what an applicant who ends an application is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// By the clerk's look at the document.
    Identity,
    /// By a code.
    Code,
}

/// Withdraws or cancels, whichever is possible.
pub async fn end<L: ClerkLine>(
    counter: Counter<L>,
    application: ApplicationId,
    person: Person,
    ending: Ending,
) -> Done {
    let ended = async {
        open_applicant(&counter.desk, &counter.centre(), person.id).await?;
        let preview = lock(&counter.desk).end_preview(application)?;
        counter.dawdle().await;
        let mut proof = EndProof::Identity { check: IdentityCheck::CardRead };
        if ending == Ending::Code
            && send_code(&counter.desk, &counter.centre(), CodePurpose::Cancel { application }).await.is_ok()
            && let Some(code) = counter.read_code(&person).await
        {
            proof = EndProof::Code { code };
        }
        let (answer, sent) = watched(&counter, |centre| {
            let (desk, proof) = (counter.desk.clone(), proof);
            async move { end_application(&desk, &centre, application, proof).await }
        })
        .await;
        Ok::<_, DeskError>((preview.kind, answer, sent))
    };
    match ended.await {
        Ok((kind, answer, sent)) => told(&counter, &format!("{kind:?} {}", application.0), answer, sent),
        Err(error) => counter.failed("ends an application", &error),
    }
}

/// Enters the code of an application that waits for it.
pub async fn enter_code<L: ClerkLine>(counter: Counter<L>, application: ApplicationId, person: Person) -> Done {
    let what = format!("enters the code of {}", application.0);
    let sent = send_code(&counter.desk, &counter.centre(), CodePurpose::Held { application }).await;
    if let Err(error) = sent {
        return counter.failed(&what, &error);
    }
    let Some(code) = counter.read_code(&person).await else { return Done::of(format!("{what}: no code came")) };
    let (answer, sent) = watched(&counter, |centre| {
        let desk = counter.desk.clone();
        async move { confirm_code(&desk, &centre, application, code).await }
    })
    .await;
    told(&counter, &what, answer, sent)
}

/// Runs a use case that takes one command, and answers which one that was.
async fn watched<L: ClerkLine, F: Future<Output = Result<ApplicationView, DeskError>>>(
    counter: &Counter<L>,
    run: impl FnOnce(L) -> F,
) -> (Result<ApplicationView, DeskError>, Option<Uuid>) {
    let centre = counter.centre();
    // What was sent before is another matter.
    let _ = centre.take_last_command();
    let answer = run(centre.clone()).await;
    (answer, centre.take_last_command())
}

fn told<L: ClerkLine>(
    counter: &Counter<L>,
    what: &str,
    answer: Result<ApplicationView, DeskError>,
    command: Option<Uuid>,
) -> Done {
    match (answer, command) {
        (Ok(view), Some(command)) => {
            let mut done = Done::of(format!("{what}: {:?}", view.application.state.kind()));
            done.told.push((command, Told::Saved));
            done
        }
        (Err(error @ DeskError::Refused { .. }), Some(command)) => {
            let mut done = counter.failed(what, &error);
            done.told.push((command, Told::Refused));
            done
        }
        (Err(error), _) => counter.failed(what, &error),
        (Ok(_), None) => {
            let mut done = Done::of(what);
            done.complaint = Some(format!("{what}: nothing was sent"));
            done
        }
    }
}

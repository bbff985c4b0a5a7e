//! Messages on their way to phones: tried again, and given up when they only confuse.

use super::World;
use std::sync::atomic::{AtomicUsize, Ordering};
use yuyue_central::sms::{Gateway, GatewayError, Sending, SimulatedPhone, send_due};
use yuyue_central::store::{Batch, DueSms, NewSms, Store as _, Wants, Write};
use yuyue_domain::time::Timestamp;

/// A gateway that takes nothing and counts what it was asked.
#[derive(Default)]
struct Down(AtomicUsize);

impl Gateway for Down {
    fn send<'a>(&'a self, _: &'a DueSms, _: Timestamp) -> Sending<'a> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Box::pin(async { Err(GatewayError("the gateway is down".into())) })
    }
}

async fn write(world: &World, text: &str, life_seconds: i64) {
    let now = world.now();
    let (phone, text) = ("13900000001".to_owned(), text.to_owned());
    let message = NewSms { phone, text, created_at: now, expires_at: now.plus_seconds(life_seconds) };
    let batch = Batch { writes: vec![Write::Sms(message)], ..Batch::at(now) };
    world.core.store().transact(&Wants::default(), |_| (batch, ())).await.unwrap();
}

#[tokio::test]
async fn a_message_that_is_not_taken_is_tried_again_after_longer_and_longer_waits() {
    let world = World::new(10).await;
    let down = Down::default();
    write(&world, "甲", 3_600).await;
    let mut tries = Vec::new();
    for second in 0..=35 {
        send_due(&world.core, &down).await.unwrap();
        if down.0.swap(0, Ordering::SeqCst) > 0 {
            tries.push(second);
        }
        world.clock.advance(1);
    }
    assert_eq!(tries, [0, 5, 15, 35], "the wait doubles");
    let phone = SimulatedPhone::default();
    world.clock.advance(40);
    assert_eq!(send_due(&world.core, &phone).await.unwrap(), 1, "it arrives when the gateway is there again");
    assert_eq!(phone.messages()[0].text, "甲", "as it was");
    assert_eq!(send_due(&world.core, &phone).await.unwrap(), 0, "once");
}

#[tokio::test]
async fn a_message_whose_time_is_over_is_given_up_and_never_handed_over() {
    let world = World::new(10).await;
    let phone = SimulatedPhone::default();
    write(&world, "早", 300).await;
    write(&world, "晚", 900).await;
    // The centre stood still.
    world.clock.advance(300);
    assert_eq!(send_due(&world.core, &phone).await.unwrap(), 1, "one of the two still makes sense");
    assert_eq!(phone.messages()[0].text, "晚", "a code that has run out only confuses");
    assert_eq!(world.core.store().count_totals().await.unwrap().messages_waiting, 0, "the other waits no more");
}

#[tokio::test]
async fn a_code_waits_behind_no_results_of_a_day() {
    let world = World::new(10).await;
    let phone = SimulatedPhone::default();
    for _ in 0..300 {
        write(&world, "成绩", 24 * 3_600).await;
    }
    world.clock.advance(60);
    write(&world, "验证码", 300).await;
    send_due(&world.core, &phone).await.unwrap();
    assert_eq!(phone.messages().last().expect("some").text, "验证码", "it ends first");
    while send_due(&world.core, &phone).await.unwrap() > 0 {}
    assert_eq!(phone.messages().len(), 301, "and everybody hears of their result");
}

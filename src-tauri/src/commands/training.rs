//! The controls of the training edition. In production they answer that they are not there.

use crate::host::{Host, HostSlot};
use tauri::State;
use yuyue_desk::view::reason::HostError;
use yuyue_desk::view::training::TrainingState;

#[tauri::command]
#[specta::specta]
pub async fn training(slot: State<'_, HostSlot>) -> Result<TrainingState, HostError> {
    let host = slot.host().await?;
    controls::state(&host)
}

#[tauri::command]
#[specta::specta]
pub async fn training_next_day(slot: State<'_, HostSlot>) -> Result<TrainingState, HostError> {
    let host = slot.host().await?;
    controls::next_day(&host).await
}

#[tauri::command]
#[specta::specta]
pub async fn training_five_minutes(slot: State<'_, HostSlot>) -> Result<TrainingState, HostError> {
    let host = slot.host().await?;
    controls::five_minutes(&host).await
}

#[tauri::command]
#[specta::specta]
pub async fn training_publish_now(slot: State<'_, HostSlot>) -> Result<TrainingState, HostError> {
    let host = slot.host().await?;
    controls::publish_now(&host).await
}

#[tauri::command]
#[specta::specta]
pub async fn training_reset(slot: State<'_, HostSlot>) -> Result<TrainingState, HostError> {
    let host = slot.host().await?;
    controls::reset(&host).await
}

#[tauri::command]
#[specta::specta]
pub async fn training_set_line(slot: State<'_, HostSlot>, connected: bool) -> Result<TrainingState, HostError> {
    let host = slot.host().await?;
    controls::set_line(&host, connected)
}

/// Lays the card of the person who is found first on the simulated reader; none takes it away.
#[tauri::command]
#[specta::specta]
pub async fn training_card(slot: State<'_, HostSlot>, query: Option<String>) -> Result<TrainingState, HostError> {
    let host = slot.host().await?;
    controls::lay_card(&host, query.as_deref()).await
}

#[cfg(feature = "training")]
mod controls {
    use super::{Host, HostError, TrainingState};

    #[expect(clippy::unnecessary_wraps, reason = "in production it answers an error")]
    pub fn state(host: &Host) -> Result<TrainingState, HostError> {
        Ok(host.training.state(host))
    }

    pub async fn next_day(host: &Host) -> Result<TrainingState, HostError> {
        host.training.next_day(host).await
    }

    pub async fn five_minutes(host: &Host) -> Result<TrainingState, HostError> {
        host.training.five_minutes(host).await
    }

    pub async fn publish_now(host: &Host) -> Result<TrainingState, HostError> {
        host.training.publish_now(host).await
    }

    pub async fn reset(host: &Host) -> Result<TrainingState, HostError> {
        host.training.reset(host).await
    }

    #[expect(clippy::unnecessary_wraps, reason = "in production it answers an error")]
    pub fn set_line(host: &Host, connected: bool) -> Result<TrainingState, HostError> {
        Ok(host.training.set_line(host, connected))
    }

    pub async fn lay_card(host: &Host, query: Option<&str>) -> Result<TrainingState, HostError> {
        host.training.lay_card(host, query).await
    }
}

#[cfg(not(feature = "training"))]
#[expect(clippy::unused_async, reason = "in training these wait")]
mod controls {
    use super::{Host, HostError, TrainingState};
    use yuyue_desk::view::reason::Params;

    fn absent() -> HostError {
        HostError { code: "not_in_training".to_owned(), params: Params::new(), retryable: false }
    }

    pub fn state(_host: &Host) -> Result<TrainingState, HostError> {
        Err(absent())
    }

    pub async fn next_day(_host: &Host) -> Result<TrainingState, HostError> {
        Err(absent())
    }

    pub async fn five_minutes(_host: &Host) -> Result<TrainingState, HostError> {
        Err(absent())
    }

    pub async fn publish_now(_host: &Host) -> Result<TrainingState, HostError> {
        Err(absent())
    }

    pub async fn reset(_host: &Host) -> Result<TrainingState, HostError> {
        Err(absent())
    }

    pub fn set_line(_host: &Host, _connected: bool) -> Result<TrainingState, HostError> {
        Err(absent())
    }

    pub async fn lay_card(_host: &Host, _query: Option<&str>) -> Result<TrainingState, HostError> {
        Err(absent())
    }
}

//! The central server: it decides, allocates and publishes.
//!
//! [`core`] decides and answers without a network, over a [`store`]; [`writer`] gathers commands into groups;
//! [`scheduler`] does what is due; [`routes`] and [`serve`] put it on the wire. Nothing below `serve` spawns or sleeps.

mod apart;
pub mod audit;
pub mod authority;
mod causes;
pub mod central;
pub mod city;
pub mod cli;
pub mod clock;
pub mod config;
pub mod core;
pub mod entropy;
mod pace;
pub mod password;
pub mod problem;
pub mod routes;
pub mod scheduler;
pub mod secret;
pub mod serve;
pub mod signatures;
pub mod sms;
pub mod store;
pub mod tls;
pub mod training;
pub mod writer;

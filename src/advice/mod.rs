//! Advice: what to fix first and what it is worth, what a list of fixes leads to, and whom to imitate. All of it is drawn
//! from readings, so it cannot disagree with the score.

pub mod fixes;
pub mod golden;
pub mod namesakes;
pub mod plan;

#[cfg(test)]
mod tests;

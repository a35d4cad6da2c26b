//! Strictly serializable: whatever clients saw at once can be told as one thing after another, each between its call and its
//! answer. Four clients, five things each, and a search for such an order; eight clients, and a comparison with the order
//! that the revisions tell.

mod agreement;
mod campaign;
mod history;
mod lists;
mod register;

//! How a layer is copied and hashed: an exhaustive search branches at every step, and tells states apart by their hashes.
//!
//! A derived copy would ask it of outboxes, which know nothing of what they hold, and a derived hash would tell two layers apart that
//! differ in memory kept for later only.

/// Implements `Clone` and `Hash` for a layer: `state` is copied and hashed, `same` is copied only, for it is the same in all copies, and
/// `idle` begins anew, for there is nothing in it between two inputs.
macro_rules! copies {
    (
        $layer:ident<$($param:ident: $bound:path),+>
        state { $($state:ident),+ } same { $($same:ident),* } idle { $($idle:ident),* }
    ) => {
        impl<$($param: $bound + Clone),+> Clone for $layer<$($param),+> {
            fn clone(&self) -> Self {
                Self {
                    $($state: self.$state.clone(),)+
                    $($same: self.$same.clone(),)*
                    $($idle: Default::default(),)*
                }
            }
        }

        impl<$($param: $bound + std::hash::Hash),+> std::hash::Hash for $layer<$($param),+> {
            fn hash<H: std::hash::Hasher>(&self, hasher: &mut H) {
                $(std::hash::Hash::hash(&self.$state, hasher);)+
            }
        }
    };
}
pub(crate) use copies;

//! The properties of failure detectors and leader detectors by their names in the book.

/// A property that [`DetectionProperties`](super::DetectionProperties) judges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Property {
    /// Eventually every process that crashes is suspected by every correct one, for good.
    Pfd1,
    /// Who is suspected has crashed.
    Pfd2,
    /// As PFD1.
    Epfd1,
    /// Eventually no correct process is suspected by a correct one.
    Epfd2,
    /// Eventually every correct process trusts a correct leader.
    Le1,
    /// Who trusts a new leader had only leaders before that have crashed.
    Le2,
    /// Eventually every correct process trusts some correct one.
    Eld1,
    /// Eventually no two correct processes trust different ones.
    Eld2,
}

impl Property {
    /// All of them, in the order of the book.
    pub const ALL: [Self; 8] = [
        Self::Pfd1,
        Self::Pfd2,
        Self::Le1,
        Self::Le2,
        Self::Epfd1,
        Self::Epfd2,
        Self::Eld1,
        Self::Eld2,
    ];

    /// Its label in the book: `EPFD2`. Scenarios name it so.
    pub fn label(self) -> &'static str {
        self.name().split(' ').next().unwrap_or_default()
    }

    /// Its label and its name: `EPFD2 eventual strong accuracy`.
    pub const fn name(self) -> &'static str {
        self.words().0
    }

    /// Where it is defined.
    pub const fn source(self) -> &'static str {
        self.words().1
    }

    /// The property of this label.
    pub fn from_label(label: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|property| property.label() == label)
    }

    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Pfd1 => ("PFD1 strong completeness", PFD),
            Self::Pfd2 => ("PFD2 strong accuracy", PFD),
            Self::Epfd1 => ("EPFD1 strong completeness", EPFD),
            Self::Epfd2 => ("EPFD2 eventual strong accuracy", EPFD),
            Self::Le1 => ("LE1 eventual detection", LE),
            Self::Le2 => ("LE2 accuracy", LE),
            Self::Eld1 => ("ELD1 eventual accuracy", ELD),
            Self::Eld2 => ("ELD2 eventual agreement", ELD),
        }
    }
}

const PFD: &str = "Cachin, Guerraoui and Rodrigues 2011, §2.6.2, module 2.6";
const LE: &str = "Cachin, Guerraoui and Rodrigues 2011, §2.6.3, module 2.7";
const EPFD: &str = "Cachin, Guerraoui and Rodrigues 2011, §2.6.4, module 2.8";
const ELD: &str = "Cachin, Guerraoui and Rodrigues 2011, §2.6.5, module 2.9";

//! The properties of links and broadcasts by their names in the book.

/// A property that [`DeliveryProperties`](super::DeliveryProperties) judges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Property {
    /// A message that is sent a finite number of times is delivered a finite number of times.
    Fll2,
    /// As PL3.
    Fll3,
    /// A message that a correct process sends once to a correct one is delivered there again and again.
    Sl1,
    /// As PL3.
    Sl2,
    /// If a correct process sends a message to a correct one, that one eventually delivers it.
    Pl1,
    /// No process delivers a message more than once.
    Pl2,
    /// What is delivered was sent by who is said to have sent it, to the one that delivers it.
    Pl3,
    /// Messages of one sender are delivered in the order in which they were sent, with none left out.
    Ffpl4,
    /// If a correct process broadcasts a message, every correct process eventually delivers it.
    Beb1,
    /// As PL2.
    Beb2,
    /// As PL3.
    Beb3,
    /// If a correct process broadcasts a message, it eventually delivers it itself.
    Rb1,
    /// As PL2.
    Rb2,
    /// As PL3.
    Rb3,
    /// What one correct process delivers, every correct process eventually delivers.
    Rb4,
    /// As RB1.
    Urb1,
    /// As PL2.
    Urb2,
    /// As PL3.
    Urb3,
    /// What any process delivers, one that crashes later included, every correct process eventually delivers.
    Urb4,
    /// As PL2.
    Pb2,
    /// As PL3.
    Pb3,
    /// Broadcasts of one process are delivered in the order in which they were broadcast.
    Frb5,
    /// No message is delivered before one that may have caused it.
    Crb5,
    /// Correct processes deliver in the same order.
    Tob5,
    /// All processes deliver in the same order, those that crash later included.
    Utob5,
}

impl Property {
    /// All of them, in the order of the book.
    pub const ALL: [Self; 25] = [
        Self::Fll2,
        Self::Fll3,
        Self::Sl1,
        Self::Sl2,
        Self::Pl1,
        Self::Pl2,
        Self::Pl3,
        Self::Ffpl4,
        Self::Beb1,
        Self::Beb2,
        Self::Beb3,
        Self::Rb1,
        Self::Rb2,
        Self::Rb3,
        Self::Rb4,
        Self::Urb1,
        Self::Urb2,
        Self::Urb3,
        Self::Urb4,
        Self::Pb2,
        Self::Pb3,
        Self::Frb5,
        Self::Crb5,
        Self::Tob5,
        Self::Utob5,
    ];

    /// Its label in the book: `URB4`. Scenarios name it so.
    pub fn label(self) -> &'static str {
        self.name().split(' ').next().unwrap_or_default()
    }

    /// Its label and its name: `URB4 uniform agreement`.
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
            Self::Fll2 => ("FLL2 finite duplication", FLL),
            Self::Fll3 => ("FLL3 no creation", FLL),
            Self::Sl1 => ("SL1 stubborn delivery", SL),
            Self::Sl2 => ("SL2 no creation", SL),
            Self::Pl1 => ("PL1 reliable delivery", PL),
            Self::Pl2 => ("PL2 no duplication", PL),
            Self::Pl3 => ("PL3 no creation", PL),
            Self::Ffpl4 => ("FFPL4 FIFO delivery", FFPL),
            Self::Beb1 => ("BEB1 validity", BEB),
            Self::Beb2 => ("BEB2 no duplication", BEB),
            Self::Beb3 => ("BEB3 no creation", BEB),
            Self::Rb1 => ("RB1 validity", RB),
            Self::Rb2 => ("RB2 no duplication", RB),
            Self::Rb3 => ("RB3 no creation", RB),
            Self::Rb4 => ("RB4 agreement", RB),
            Self::Urb1 => ("URB1 validity", URB),
            Self::Urb2 => ("URB2 no duplication", URB),
            Self::Urb3 => ("URB3 no creation", URB),
            Self::Urb4 => ("URB4 uniform agreement", URB),
            Self::Pb2 => ("PB2 no duplication", PB),
            Self::Pb3 => ("PB3 no creation", PB),
            Self::Frb5 => ("FRB5 FIFO delivery", FRB),
            Self::Crb5 => ("CRB5 causal delivery", CRB),
            Self::Tob5 => ("TOB5 total order", TOB),
            Self::Utob5 => ("UTOB5 uniform total order", TOB),
        }
    }
}

const FLL: &str = "Cachin, Guerraoui and Rodrigues 2011, §2.4.2, module 2.1";
const SL: &str = "Cachin, Guerraoui and Rodrigues 2011, §2.4.3, module 2.2";
const PL: &str = "Cachin, Guerraoui and Rodrigues 2011, §2.4.4, module 2.3";
const FFPL: &str = "Cachin, Guerraoui and Rodrigues 2011, §2.4.7, module 2.11";
const BEB: &str = "Cachin, Guerraoui and Rodrigues 2011, §3.2, module 3.1";
const RB: &str = "Cachin, Guerraoui and Rodrigues 2011, §3.3, module 3.2";
const URB: &str = "Cachin, Guerraoui and Rodrigues 2011, §3.4, module 3.3";
const PB: &str = "Cachin, Guerraoui and Rodrigues 2011, §3.8, module 3.7";
const FRB: &str = "Cachin, Guerraoui and Rodrigues 2011, §3.9.1, module 3.8";
const CRB: &str = "Cachin, Guerraoui and Rodrigues 2011, §3.9.3, module 3.9";
const TOB: &str = "Cachin, Guerraoui and Rodrigues 2011, §6.1, modules 6.1 and 6.2";

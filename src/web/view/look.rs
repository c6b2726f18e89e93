//! How a visitor wants pages to look: light or dark, movies as a grid or as a table. Asked for by the address,
//! remembered in a cookie. It says nothing of who the visitor is.

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// As the visitor's system.
    #[default]
    Auto,
    /// Light, whatever the system.
    Light,
    /// Dark, whatever the system.
    Dark,
}

impl Theme {
    /// All of them, in the order of the menu.
    pub const ALL: [Self; 3] = [Self::Auto, Self::Light, Self::Dark];

    /// The name in addresses, in the cookie and in `data-theme`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.name() == name)
    }

    /// What the browser draws its own parts in.
    pub fn color_scheme(self) -> &'static str {
        match self {
            Self::Auto => "light dark",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// How the movies of a listing are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Shape {
    /// Posters.
    #[default]
    Grid,
    /// Rows.
    Table,
}

impl Shape {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Grid, Self::Table];

    /// The name in addresses and in the cookie.
    pub fn name(self) -> &'static str {
        match self {
            Self::Grid => "grid",
            Self::Table => "table",
        }
    }

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|shape| shape.name() == name)
    }
}

/// Both choices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Look {
    /// Light or dark.
    pub theme: Theme,
    /// Grid or table.
    pub shape: Shape,
}

//! What stands in the brackets of `#[seatrial::test(…)]`.

use proc_macro2::TokenStream as Tokens;
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::{Error, ExprPath, Ident, Lit, LitInt, LitStr, Token};

/// The options of a test.
#[derive(Default)]
pub(crate) struct Options {
    seeds: Option<LitInt>,
    jobs: Option<LitInt>,
    faults: Option<LitStr>,
    strategy: Option<LitStr>,
    config: Option<ExprPath>,
}

impl Options {
    /// The function that configures each node.
    pub(crate) fn config(&self) -> Tokens {
        match &self.config {
            Some(path) => quote!(#path),
            None => quote!(::core::default::Default::default),
        }
    }

    /// Calls that give a trial what is said here.
    pub(crate) fn setters(&self) -> Vec<Tokens> {
        let seeds = self.seeds.iter().map(|seeds| quote!(.seeds(#seeds)));
        let jobs = self.jobs.iter().map(|jobs| quote!(.jobs(#jobs)));
        let faults = self.faults.iter().map(|faults| quote!(.faults_from(#faults)));
        let strategy = self.strategy.iter().map(|strategy| quote!(.strategy(#strategy)));
        seeds.chain(jobs).chain(faults).chain(strategy).collect()
    }

    fn take(&mut self, name: &Ident, input: ParseStream<'_>) -> syn::Result<()> {
        let twice = match name.to_string().as_str() {
            "seeds" => self.seeds.replace(number(name, input)?).is_some(),
            "jobs" => self.jobs.replace(number(name, input)?).is_some(),
            "faults" => self.faults.replace(text(name, input, "swarm")?).is_some(),
            "strategy" => self.strategy.replace(text(name, input, "portfolio")?).is_some(),
            "config" => self.config.replace(path(name, input)?).is_some(),
            _ => {
                let what = format!(
                    "there is no option `{name}`: seeds, jobs, faults, strategy, config are there"
                );
                return Err(Error::new(name.span(), what));
            }
        };
        match twice {
            true => Err(Error::new(name.span(), format!("`{name}` stands here twice"))),
            false => Ok(()),
        }
    }
}

impl Parse for Options {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut options = Self::default();
        while !input.is_empty() {
            let name: Ident = input.parse()?;
            input.parse::<Token![=]>()?;
            options.take(&name, input)?;
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(options)
    }
}

/// A number of something, of which there is at least one.
fn number(name: &Ident, input: ParseStream<'_>) -> syn::Result<LitInt> {
    let wanted = |at| Error::new(at, format!("a whole number is wanted: {name} = 10"));
    let number: Lit = input.parse().map_err(|error| wanted(error.span()))?;
    let Lit::Int(number) = number else { return Err(wanted(number.span())) };
    match number.base10_parse::<u64>() {
        Ok(0) => Err(Error::new(number.span(), format!("{name} is at least one"))),
        Ok(_) => Ok(number),
        Err(_) => Err(wanted(number.span())),
    }
}

fn text(name: &Ident, input: ParseStream<'_>, example: &str) -> syn::Result<LitStr> {
    let what = format!("a text is wanted: {name} = \"{example}\"");
    input.parse().map_err(|error| Error::new(error.span(), what))
}

fn path(name: &Ident, input: ParseStream<'_>) -> syn::Result<ExprPath> {
    let what = format!("the path of a function is wanted: {name} = my_config");
    input.parse().map_err(|error| Error::new(error.span(), what))
}

//! From a function that takes a trial to the test that gives it one.

use proc_macro2::TokenStream as Tokens;
use quote::{ToTokens, quote};
use syn::{Error, FnArg, ItemFn, Signature};

use crate::options::Options;

/// The test that this function is to be.
pub(crate) fn expand(options: &Options, function: ItemFn) -> syn::Result<Tokens> {
    check(&function)?;
    let ItemFn { attrs, vis, sig, block } = function;
    let (name, inputs, output) = (&sig.ident, &sig.inputs, &sig.output);
    let config = options.config();
    let set = options.setters();
    let ignored = attrs.iter().any(|attr| attr.path().is_ident("ignore"));
    Ok(quote! {
        #(#attrs)*
        #[::core::prelude::v1::test]
        #vis fn #name() {
            fn body(#inputs) #output #block
            ::seatrial::__private::run(
                ::seatrial::__private::TestPlace {
                    module: ::core::module_path!(),
                    name: ::core::stringify!(#name),
                    folder: ::core::env!("CARGO_MANIFEST_DIR"),
                    ignored: #ignored,
                },
                #config,
                |trial| trial #(#set)*,
                body,
            )
        }
    })
}

/// What a test cannot be.
fn check(function: &ItemFn) -> syn::Result<()> {
    let sig = &function.sig;
    if let Some(word) = &sig.asyncness {
        let what = "a trial is not async: its nodes run in a simulated world";
        return Err(Error::new_spanned(word, what));
    }
    if !sig.generics.params.is_empty() {
        let what = "a test has no type parameters: name the node's type";
        return Err(Error::new_spanned(&sig.generics, what));
    }
    match sig.inputs.first() {
        Some(FnArg::Typed(_)) if sig.inputs.len() == 1 => Ok(()),
        _ => {
            let what = "the test takes its trial: `trial: Trial<MyNode>`";
            Err(Error::new_spanned(arguments(sig), what))
        }
    }
}

/// Where an error about the arguments points to: at them, or at the name where there are none.
fn arguments(sig: &Signature) -> Tokens {
    if sig.inputs.is_empty() { sig.ident.to_token_stream() } else { sig.inputs.to_token_stream() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(options: &str, function: &str) -> String {
        let made = syn::parse_str::<Options>(options).and_then(|options| {
            expand(&options, syn::parse_str(function).expect("it is a function"))
        });
        made.expect_err(function).to_string()
    }

    #[test]
    fn a_function_that_cannot_be_a_test_is_answered_with_what_to_write() {
        for (function, says) in [
            ("fn t() {}", "takes its trial: `trial: Trial<MyNode>`"),
            ("fn t(a: A, b: B) {}", "takes its trial"),
            ("fn t(self) {}", "takes its trial"),
            ("async fn t(trial: Trial<A>) {}", "is not async"),
            ("fn t<N: Node>(trial: Trial<N>) {}", "no type parameters"),
        ] {
            let error = refused("", function);
            assert!(error.contains(says), "{function}: {error}");
        }
    }

    #[test]
    fn an_option_that_makes_no_sense_is_answered_with_what_to_write() {
        for (options, says) in [
            (
                "seds = 10",
                "there is no option `seds`: seeds, jobs, faults, strategy, config are there",
            ),
            ("seeds = 0", "seeds is at least one"),
            ("seeds = \"ten\"", "a whole number is wanted: seeds = 10"),
            ("faults = swarm", "a text is wanted: faults = \"swarm\""),
            ("strategy = pct", "a text is wanted: strategy = \"portfolio\""),
            ("seeds = 1, seeds = 2", "`seeds` stands here twice"),
            ("config = 7", "the path of a function is wanted"),
            ("seeds", "expected `=`"),
        ] {
            let error = refused(options, "fn t(trial: Trial<A>) {}");
            assert!(error.contains(says), "{options}: {error}");
        }
    }

    #[test]
    fn attributes_of_the_function_stay_with_the_test() {
        let function = "#[should_panic] /// Why. \n fn t(trial: Trial<A>) -> Trial<A> { trial }";
        let function = syn::parse_str(function).expect("it is a function");
        let options = syn::parse_str("seeds = 5, config = a::b").expect("they are options");
        let made = expand(&options, function).expect("it makes sense").to_string();
        assert!(made.starts_with("# [should_panic]"), "{made}");
        assert!(made.contains("trial . seeds (5)") && made.contains("a :: b ,"), "{made}");
    }
}

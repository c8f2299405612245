//! Hand-made histories of each model, linearizable and not.

use super::super::Model;
use super::holds;

fn good(model: Model, text: &str) {
    assert!(holds(model, text), "{model} refuses:\n{text}");
}

fn bad(model: Model, text: &str) {
    assert!(!holds(model, text), "{model} takes:\n{text}");
}

#[test]
fn a_register_may_show_either_value_during_a_write_but_never_go_back() {
    let text = |first: u8, second: u8| {
        format!(
            "1 invoke write 1\n1 ok write 1\n1 invoke write 2\n2 invoke read\n2 ok read {first}\n2 invoke read\n2 ok read {second}\n1 ok write 2"
        )
    };
    good(Model::Register, &text(1, 1));
    good(Model::Register, &text(1, 2));
    good(Model::Register, &text(2, 2));
    bad(Model::Register, &text(2, 1));
}

#[test]
fn a_register_whose_value_returns_needs_a_second_write_of_it() {
    let text = "1 invoke write 1\n1 ok write 1\n1 invoke write 2\n1 ok write 2\n2 invoke read\n2 ok read 1";
    bad(Model::Register, text);
    good(Model::Register, &format!("3 invoke write 1\n{text}"));
}

#[test]
fn of_two_compare_and_sets_from_one_value_only_one_succeeds() {
    let text = "1 invoke write 1\n1 ok write 1\n1 invoke cas [1,2]\n2 invoke cas [1,3]\n1 ok cas [1,2]\n2 ok cas [1,3]";
    bad(Model::CasRegister, text);
    good(Model::CasRegister, &text.replace("2 ok", "2 fail"));
    good(Model::CasRegister, &text.replace("[1,3]", "[2,3]"));
}

#[test]
fn a_mutex_is_held_by_one_at_a_time() {
    let text = "1 invoke acquire\n1 ok acquire\n2 invoke acquire\n1 invoke release\n2 ok acquire\n1 ok release";
    good(Model::Mutex, text);
    bad(
        Model::Mutex,
        "1 invoke acquire\n1 ok acquire\n2 invoke acquire\n2 ok acquire\n1 invoke release\n1 ok release",
    );
    bad(Model::Mutex, "1 invoke release\n1 ok release");
    good(Model::Mutex, "1 invoke acquire\n1 info acquire\n2 invoke acquire\n2 ok acquire");
}

#[test]
fn the_keys_of_a_map_are_objects_of_their_own() {
    let text = "1 invoke x:write 1\n1 ok x:write 1\n1 invoke y:write 2\n1 ok y:write 2\n2 invoke x:read\n2 ok x:read 1";
    good(Model::Kv, text);
    bad(Model::Kv, &text.replace("x:read", "y:read"));
    good(
        Model::Kv,
        &format!("{text}\n3 invoke x:delete\n3 ok x:delete\n3 invoke x:read\n3 ok x:read null"),
    );
}

#[test]
fn texts_are_put_and_appended_to() {
    let text = "1 invoke x:put \"a\"\n1 ok x:put \"a\"\n1 invoke x:append \"b\"\n2 invoke x:append \"c\"\n1 ok x:append \"b\"\n2 ok x:append \"c\"\n3 invoke x:get\n3 ok x:get ";
    good(Model::KvString, &format!("{text}\"abc\""));
    good(Model::KvString, &format!("{text}\"acb\""));
    bad(Model::KvString, &format!("{text}\"ab\""));
    bad(Model::KvString, &format!("{text}\"bac\""));
}

#[test]
fn a_counter_shows_what_was_added_and_nothing_else() {
    let text = "1 invoke add 2\n1 ok add 2\n1 invoke add 3\n2 invoke read\n2 ok read ";
    good(Model::Counter, &format!("{text}2"));
    good(Model::Counter, &format!("{text}5"));
    bad(Model::Counter, &format!("{text}3"));
    bad(Model::Counter, &format!("{text}0"));
    bad(Model::Counter, &format!("{text}5\n3 invoke read\n3 ok read 2"));
}

#[test]
fn a_set_says_whether_it_changed() {
    let text = "1 invoke add 7\n1 ok add [7,true]\n2 invoke contains 7\n2 ok contains ";
    good(Model::Set, &format!("{text}[7,true]"));
    bad(Model::Set, &format!("{text}[7,false]"));
    bad(Model::Set, "1 invoke add 7\n1 ok add [7,true]\n1 invoke add 7\n1 ok add [7,true]");
    good(
        Model::Set,
        "1 invoke add 7\n2 invoke remove 7\n1 ok add true\n2 ok remove true\n3 invoke contains 8\n3 ok contains false",
    );
    good(Model::Set, "1 invoke add 7\n1 info add null\n2 invoke contains 7\n2 ok contains true");
}

#[test]
fn a_queue_gives_first_what_came_first() {
    let text = "1 invoke enqueue 1\n1 ok enqueue 1\n1 invoke enqueue 2\n1 ok enqueue 2\n2 invoke dequeue\n2 ok dequeue ";
    good(Model::Queue, &format!("{text}1"));
    bad(Model::Queue, &format!("{text}2"));
    bad(Model::Queue, &format!("{text}null"));
    bad(Model::Queue, &format!("{text}1\n2 invoke dequeue\n2 ok dequeue 1"));
    good(Model::Queue, &format!("3 invoke dequeue\n3 info dequeue null\n{text}2"));
    bad(Model::Queue, "1 invoke dequeue\n1 ok dequeue 1\n2 invoke enqueue 1\n2 ok enqueue 1");
}

#[test]
fn a_queue_that_always_holds_something_is_never_empty() {
    // The first value goes only after the second has come.
    let text = "1 invoke enqueue 1\n1 ok enqueue 1\n2 invoke dequeue\n1 invoke enqueue 2\n1 ok enqueue 2\n3 invoke dequeue\n3 ok dequeue 1\n2 ok dequeue null";
    bad(Model::Queue, text);
    good(
        Model::Queue,
        &text.replace("1 ok enqueue 2\n3 invoke dequeue", "3 invoke dequeue\n1 ok enqueue 2"),
    );
}

#[test]
fn a_stack_gives_first_what_came_last() {
    let text =
        "1 invoke push 1\n1 ok push 1\n1 invoke push 2\n1 ok push 2\n2 invoke pop\n2 ok pop ";
    good(Model::Stack, &format!("{text}2"));
    bad(Model::Stack, &format!("{text}1"));
    bad(Model::Stack, &format!("{text}null"));
    good(Model::Stack, &format!("3 invoke pop\n{text}1"));
}

#[test]
fn a_list_only_grows_in_one_order() {
    let text = "1 invoke append 1\n2 invoke append 2\n1 ok append 1\n2 ok append 2\n3 invoke read\n3 ok read ";
    good(Model::AppendList, &format!("{text}[1,2]"));
    good(Model::AppendList, &format!("{text}[2,1]"));
    bad(Model::AppendList, &format!("{text}[1]"));
    bad(Model::AppendList, &format!("{text}[2,1]\n3 invoke read\n3 ok read [1,2]"));
    bad(Model::AppendList, &format!("{text}[2,1]\n3 invoke read\n3 ok read [2]"));
    bad(
        Model::AppendList,
        "1 invoke append 1\n1 ok append 1\n1 invoke append 2\n1 ok append 2\n3 invoke read\n3 ok read [2,1]",
    );
    bad(Model::AppendList, "3 invoke read\n3 ok read [1]\n1 invoke append 1\n1 ok append 1");
}

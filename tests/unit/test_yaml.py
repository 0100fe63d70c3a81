"""YAML as a person would write it, which CloudFormation reads as it was meant."""

from __future__ import annotations

from cfnlint.decode import decode_str
from hypothesis import given
from hypothesis import strategies as st

from rdsproxy_templates.rendering.yaml import dump

names = st.from_regex(r"[A-Za-z][A-Za-z0-9]{0,8}", fullmatch=True)
texts = st.text(st.characters(blacklist_categories=("Cs", "Cc"), max_codepoint=0xD7FF), max_size=20)
scalars = texts | st.booleans() | st.integers(-1000, 1000)


def functions(inner):
    return st.one_of(
        names.map(lambda name: {"Ref": name}),
        st.tuples(names, names).map(lambda pair: {"Fn::GetAtt": list(pair)}),
        texts.map(lambda text: {"Fn::Sub": text}),
        texts.map(lambda text: {"Fn::GetAZs": text}),
        names.map(lambda name: {"Fn::GetAZs": {"Ref": name}}),
        st.lists(inner, max_size=3).map(lambda items: {"Fn::Join": [",", items]}),
    )


bodies = st.dictionaries(
    names,
    st.recursive(
        scalars,
        lambda inner: st.one_of(
            functions(inner), st.lists(inner, max_size=3), st.dictionaries(names, inner, max_size=3)
        ),
        max_leaves=12,
    ),
    min_size=1,
    max_size=4,
)


@given(bodies)
def test_written_yaml_reads_back_unchanged(body):
    text = dump({"Resources": body})
    read, faults = decode_str(text)

    assert not faults
    assert read == {"Resources": body}


def test_sections_keep_the_order_of_writing():
    assert dump({"b": 1, "a": {"z": 1, "y": 2}}) == "b: 1\na:\n  z: 1\n  y: 2\n"


def test_functions_take_their_short_form():
    assert dump({"a": {"Fn::GetAtt": ["B", "C.D"]}}) == "a: !GetAtt B.C.D\n"
    assert dump({"a": {"Fn::Sub": "${B}"}}) == "a: !Sub ${B}\n"
    assert dump({"a": {"Ref": "B"}}) == "a: !Ref B\n"
    assert dump({"a": {"Fn::Split": [",", {"Ref": "B"}]}}) == "a: !Split\n- ','\n- !Ref B\n"


def test_no_tag_directly_precedes_another():
    assert dump({"a": {"Fn::GetAZs": {"Ref": "B"}}}) == "a:\n  Fn::GetAZs: !Ref B\n"


def test_an_empty_argument_is_not_null():
    assert dump({"a": {"Fn::GetAZs": ""}}) == "a: !GetAZs ''\n"


def test_a_script_keeps_its_lines():
    script = "#!/bin/bash\nif true; then\n    echo 'x: y'\nfi\n"

    text = dump({"UserData": {"Fn::Base64": script}})
    assert text.splitlines()[:2] == ["UserData: !Base64 |", "  #!/bin/bash"]
    assert decode_str(text) == ({"UserData": {"Fn::Base64": script}}, [])


def test_the_same_object_twice_is_written_in_full():
    shared = {"x": [1]}

    assert "&" not in dump({"a": shared, "b": shared})

; Rust. The vocabulary is src/facts/role.rs.

; Lines
[(line_comment) (block_comment)] @comment
(line_comment doc: (doc_comment)) @comment.doc
(block_comment doc: (doc_comment)) @comment.doc
[(string_literal) (raw_string_literal)] @text
[
  (const_item value: [(array_expression) (reference_expression (array_expression))] @table)
  (static_item value: [(array_expression) (reference_expression (array_expression))] @table)
]

; Statements: a test can run the lines on which they begin
(function_item body: (block)) @statement
[(let_declaration) (expression_statement) (match_arm)] @statement
(block (_) @statement .)

; Scopes
[(impl_item) (trait_item)] @scope.class
(trait_item body: (declaration_list) @scope.trait)
(impl_item trait: (_) body: (declaration_list) @scope.trait)
(mod_item name: (identifier) @name body: (declaration_list)) @scope.module.private
(mod_item (visibility_modifier) @_v name: (identifier) @name body: (declaration_list)
  (#eq? @_v "pub")) @scope.module

; Inline tests: `#[cfg(test)]` and `#[cfg(all(test, …))]`, before an item or inside a file or module
(attribute_item (attribute . (identifier) @_cfg arguments: (token_tree) @_test)
  (#eq? @_cfg "cfg")
  (#match? @_test "^\\(\\s*(test\\s*\\)$|all\\s*\\((([^()]|\\(([^()]|\\([^()]*\\))*\\))*,)?\\s*test\\s*[,)])")) @next.tests
(inner_attribute_item (attribute . (identifier) @_cfg arguments: (token_tree) @_test)
  (#eq? @_cfg "cfg")
  (#match? @_test "^\\(\\s*(test\\s*\\)$|all\\s*\\((([^()]|\\(([^()]|\\([^()]*\\))*\\))*,)?\\s*test\\s*[,)])")) @within.tests

; Functions
(function_item name: (_) @name body: (block) @body) @function
(function_signature_item name: (_) @name) @function.signature
(closure_expression body: _ @body) @function
(let_declaration pattern: (identifier) @name value: (closure_expression) @function)

; Slots: every parameter but `self`, every return, every field; the language leaves none without a type
[
  (function_item parameters: (parameters (parameter pattern: (self)) @receiver))
  (function_signature_item parameters: (parameters (parameter pattern: (self)) @receiver))
]
[
  (function_item parameters:
    (parameters (parameter pattern: _ @name type: (_) @type) @parameter.typed))
  (function_signature_item parameters:
    (parameters (parameter pattern: _ @name type: (_) @type) @parameter.typed))
]
[
  (function_item return_type: (_) @return.typed @type)
  (function_signature_item return_type: (_) @return.typed @type)
]
[(function_item !return_type) (function_signature_item !return_type)] @return.typed
(field_declaration name: (_) @name type: (_) @type) @field.typed
(ordered_field_declaration_list type: (_) @field.typed @name @type)

; Complexity
[
  (if_expression)
  (for_expression)
  (while_expression)
  (loop_expression)
] @branch
(let_declaration alternative: (block) @branch)
(match_expression) @branch.switch
(match_arm pattern: (match_pattern . (_))) @case
(else_clause) @branch.else
(else_clause (if_expression)) @branch.chained
(else_clause (if_expression) @branch.elif)
(break_expression (label)) @jump
(continue_expression (label)) @jump
(binary_expression operator: ["&&" "||"] @operator) @logical
(let_chain) @logical.run
(let_chain "&&" @logical.continued)
(let_chain (binary_expression operator: "&&") @logical.continued)
(let_chain (parenthesized_expression (binary_expression operator: "&&") @logical.continued))

; Items
[
  (function_item name: (_) @name)
  (function_signature_item name: (_) @name)
  (static_item name: (_) @name)
  (struct_item name: (_) @name)
  (union_item name: (_) @name)
  (enum_item name: (_) @name)
  (type_item name: (_) @name)
  (trait_item name: (_) @name)
  (macro_definition name: (_) @name)
] @item.private
(const_item name: (_) @name (#not-eq? @name "_")) @item.private
([
  (function_item (visibility_modifier) @_v name: (_) @name)
  (function_signature_item (visibility_modifier) @_v name: (_) @name)
  (const_item (visibility_modifier) @_v name: (_) @name)
  (static_item (visibility_modifier) @_v name: (_) @name)
  (struct_item (visibility_modifier) @_v name: (_) @name)
  (union_item (visibility_modifier) @_v name: (_) @name)
  (enum_item (visibility_modifier) @_v name: (_) @name)
  (type_item (visibility_modifier) @_v name: (_) @name)
  (trait_item (visibility_modifier) @_v name: (_) @name)
] @item.public
  (#eq? @_v "pub"))
[
  (function_item (visibility_modifier [(crate) "in"]) name: (_) @name)
  (function_signature_item (visibility_modifier [(crate) "in"]) name: (_) @name)
  (const_item (visibility_modifier [(crate) "in"]) name: (_) @name)
  (static_item (visibility_modifier [(crate) "in"]) name: (_) @name)
  (struct_item (visibility_modifier [(crate) "in"]) name: (_) @name)
  (union_item (visibility_modifier [(crate) "in"]) name: (_) @name)
  (enum_item (visibility_modifier [(crate) "in"]) name: (_) @name)
  (type_item (visibility_modifier [(crate) "in"]) name: (_) @name)
  (trait_item (visibility_modifier [(crate) "in"]) name: (_) @name)
] @item.package
[
  (function_item (visibility_modifier (super)) name: (_) @name)
  (function_signature_item (visibility_modifier (super)) name: (_) @name)
  (const_item (visibility_modifier (super)) name: (_) @name)
  (static_item (visibility_modifier (super)) name: (_) @name)
  (struct_item (visibility_modifier (super)) name: (_) @name)
  (union_item (visibility_modifier (super)) name: (_) @name)
  (enum_item (visibility_modifier (super)) name: (_) @name)
  (type_item (visibility_modifier (super)) name: (_) @name)
  (trait_item (visibility_modifier (super)) name: (_) @name)
] @item.parent
(attribute_item (attribute . (identifier) @_a) (#eq? @_a "macro_export")) @next.public

(mod_item (visibility_modifier) @_v name: (identifier) @name !body
  (#eq? @_v "pub")) @export.module
(token_tree "." . (identifier) @mention)
(token_tree "::" . (identifier) @mention)

; Imports
(use_declaration argument: (_) @module) @import.tree
(use_declaration (visibility_modifier) argument: (_) @module) @import.tree.reexport
(extern_crate_declaration name: (identifier) @module !alias) @import
(extern_crate_declaration name: (identifier) @module alias: (identifier) @alias) @import
(mod_item name: (identifier) @name !body) @import.module
(attribute_item (attribute . (identifier) @_a value: (string_literal (string_content) @module))
  (#eq? @_a "path")) @next.path
([
  (scoped_identifier path: (_) @module name: (_) @name)
  (scoped_type_identifier path: (_) @module name: (_) @name)
] @import.path
  (#match? @module "^[a-z][a-zA-Z0-9_:]*$")
  (#not-any-of? @module
    "clippy" "diagnostic" "rustfmt"
    "bool" "char" "f32" "f64" "i128" "i16" "i32" "i64" "i8" "isize" "str" "u128" "u16" "u32" "u64" "u8" "usize"))

; Calls and attributes
(call_expression function: (_) @callee) @call
(macro_invocation macro: (_) @callee) @call.macro
[
  (attribute_item (attribute . (_) @name))
  (inner_attribute_item (attribute . (_) @name))
] @decorator

; Tests
(attribute_item (attribute . [(identifier) @_a (scoped_identifier name: (identifier) @_a)])
  (#match? @_a "^([a-z0-9_]*_)?test$|^(rstest|test_case|test_matrix|quickcheck|proptest)$")) @next.test
(attribute_item (attribute . (identifier) @_a) (#eq? @_a "ignore")) @next.test.disabled
(macro_invocation
  macro: [(identifier) @name (scoped_identifier name: (identifier) @name)]
  (#any-of? @name "proptest" "quickcheck")) @test

; Suppressions
([
  (attribute_item (attribute . (identifier) @name))
  (inner_attribute_item (attribute . (identifier) @name))
] @suppression
  (#any-of? @name "allow" "expect"))
([
  (attribute_item (attribute . (scoped_identifier) @name))
  (inner_attribute_item (attribute . (scoped_identifier) @name))
] @suppression
  (#eq? @name "rustfmt::skip"))
([
  (attribute_item (attribute . (identifier) @name arguments: (token_tree) @_arguments))
  (inner_attribute_item (attribute . (identifier) @name arguments: (token_tree) @_arguments))
] @suppression
  (#eq? @name "coverage") (#eq? @_arguments "(off)"))

; Escapes. What a macro is given has no syntax, but its words can be told.
(unsafe_block "unsafe" @escape)
(token_tree "unsafe" @escape)
(impl_item "unsafe" @escape)
(function_item (function_modifiers "unsafe" @escape))
(function_signature_item (function_modifiers "unsafe" @escape))
([
  (call_expression function: (identifier) @escape)
  (call_expression function: (scoped_identifier name: (identifier) @escape))
  (generic_function function: (identifier) @escape)
  (generic_function function: (scoped_identifier name: (identifier) @escape))]
  (#any-of? @escape "transmute" "transmute_copy"))
(dynamic_type) @escape.type
(call_expression
  function: (field_expression field: (field_identifier) @escape.panic)
  (#any-of? @escape.panic "unwrap" "expect"))
(type_cast_expression
  type: (primitive_type) @escape.number
  (#not-any-of? @escape.number "bool" "char" "str"))

; Flow
[(if_expression) (match_expression)] @flow.fork
(if_expression consequence: (block) @flow.arm)
(else_clause) @flow.arm
(match_arm) @flow.arm
(let_declaration alternative: (block) @flow.arm)
[
  (for_expression body: (block) @flow.loop)
  (while_expression body: (block) @flow.loop)
  (loop_expression body: (block) @flow.loop)
]
(await_expression) @await
((if_expression condition: [
  (call_expression function: (field_expression value: (identifier) @name field: (field_identifier) @_there))
  (unary_expression (call_expression function: (field_expression value: (identifier) @name field: (field_identifier) @_there)))
  ]) @lazy.test
  (#any-of? @_there "is_none" "is_some" "is_empty"))
(assignment_expression left: [(identifier) @name (unary_expression (identifier) @name)]) @lazy.set
(return_expression) @flow.exit
[(break_expression) (continue_expression)] @flow.jump
(let_declaration pattern: (identifier) @name value: (_) @flow.bind)
(let_condition pattern: (tuple_struct_pattern (identifier) @name .) value: (_) @flow.bind)
(for_expression pattern: (identifier) @name value: (_) @flow.bind)
(static_item name: (_) @name value: (_) @flow.bind)

; Routes of web frameworks
((call_expression
  function: (field_expression value: (_) @from field: (field_identifier) @name)
  arguments: (arguments) @body) @route
  (#any-of? @name "route" "nest" "merge" "service" "configure" "mount" "at" "routes"))
((call_expression
  function: (scoped_identifier path: (_) @from name: (identifier) @name)
  arguments: (arguments) @body) @route
  (#any-of? @name "scope" "resource"))
((attribute_item (attribute
  [(identifier) @name (scoped_identifier name: (identifier) @name)]
  arguments: (token_tree) @body)) @route.decorator
  (#any-of? @name "get" "post" "put" "patch" "delete" "head" "options" "route"))
(let_declaration pattern: (identifier) @alias value: (call_expression) @route.bound)

; What JavaScript and TypeScript share. The vocabulary is src/facts/role.rs.

; Lines
(comment) @comment
(hash_bang_line) @comment
(template_string) @text
(program (_ (variable_declarator value: [(object) (array)] @table)))
(program (export_statement declaration:
  (_ (variable_declarator value: [(object) (array)] @table))))
(program (expression_statement (assignment_expression right: [(object) (array)] @table)))
(export_statement value: [(object) (array)] @table)

; Statements: a test can run the lines on which they begin
[
  (expression_statement) (lexical_declaration) (variable_declaration)
  (return_statement) (throw_statement) (break_statement) (continue_statement)
  (if_statement) (for_statement) (for_in_statement) (while_statement) (do_statement)
  (switch_statement) (try_statement)
] @statement

; Functions, named by what they are bound to
(class_body) @scope.class
(function_declaration name: (identifier) @name) @function
(generator_function_declaration name: (identifier) @name) @function
(function_expression name: (identifier)? @name) @function
(generator_function name: (identifier)? @name) @function
(arrow_function) @function
(method_definition name: [
  (property_identifier) @name
  (private_property_identifier) @name
  (string) @name
  (number) @name
  (computed_property_name [
    (identifier)
    (string)
    (member_expression object: (identifier))] @name)
  (computed_property_name)]) @function
(variable_declarator
  name: (identifier) @name
  value: [(arrow_function) (function_expression) (generator_function)] @function)
(pair
  key: [(property_identifier) (string)] @name
  value: [(arrow_function) (function_expression) (generator_function)] @function)
(assignment_expression
  left: [
    (identifier) @name
    (member_expression property: [(property_identifier) (private_property_identifier)] @name)]
  right: [(arrow_function) (function_expression) (generator_function)] @function)
(method_definition) @function.property
(pair value: [(arrow_function) (function_expression) (generator_function)] @function.property)
(assignment_expression
  left: (member_expression)
  right: [(arrow_function) (function_expression) (generator_function)] @function.property)
(method_definition "get" name: (_) @name) @accessor.get
(method_definition "set" name: (_) @name) @accessor.set

; An arrow's bare parameter
(arrow_function parameter: (identifier) @parameter.untyped)

; Where a use site types the parameters of functions. Any expression is taken: a list of those that may hold functions
; would keep that many matches open in every argument list.
(arguments (_) @context.given)
(parenthesized_expression (_) @context.passed) @from
(array (_) @context.passed) @from
(object (_) @context.passed) @from
(pair value: (_) @context.passed) @from
(spread_element (_) @context.passed) @from
(await_expression (_) @context.passed) @from
(sequence_expression (_) @context.passed) @from
(ternary_expression consequence: (_) @context.passed) @from
(ternary_expression alternative: (_) @context.passed) @from
(binary_expression left: (_) @context.passed operator: ["||" "&&" "??"]) @from
(binary_expression operator: ["||" "&&" "??"] right: (_) @context.passed) @from
(return_statement (_) @context.returned)
(arrow_function body: (_) @context.returned)

; Complexity
[
  (if_statement)
  (for_statement)
  (for_in_statement)
  (while_statement)
  (do_statement)
  (catch_clause)
  (ternary_expression)
] @branch
(switch_statement) @branch.switch
(switch_case) @case
(else_clause) @branch.else
(else_clause (if_statement)) @branch.chained
(else_clause (if_statement) @branch.elif)
(break_statement label: (statement_identifier)) @jump
(continue_statement label: (statement_identifier)) @jump
(binary_expression operator: ["&&" "||"]) @logical
(binary_expression
  left: [
    (binary_expression operator: "&&") @logical.continued
    (parenthesized_expression (binary_expression operator: "&&") @logical.continued)]
  operator: "&&")
(binary_expression
  operator: "&&"
  right: (parenthesized_expression (binary_expression operator: "&&") @logical.continued))
(binary_expression
  left: [
    (binary_expression operator: "||") @logical.continued
    (parenthesized_expression (binary_expression operator: "||") @logical.continued)]
  operator: "||")
(binary_expression
  operator: "||"
  right: (parenthesized_expression (binary_expression operator: "||") @logical.continued))

; Items. Whatever has a name at top level; choices stand deep, so that few matches stay open for the whole file.
(program (_ name: (_) @name) @item.private)
(program (_ (variable_declarator name: [
  (identifier) @name
  (object_pattern [
    (shorthand_property_identifier_pattern) @name
    (pair_pattern value: (identifier) @name)
    (object_assignment_pattern left: (shorthand_property_identifier_pattern) @name)
    (rest_pattern (identifier) @name)])
  (array_pattern [
    (identifier) @name
    (assignment_pattern left: (identifier) @name)
    (rest_pattern (identifier) @name)])])) @item.private)
(program (export_statement declaration: (_ name: (_) @name)) @item.public)
(program (export_statement declaration: (_ (variable_declarator name: [
  (identifier) @name
  (object_pattern [
    (shorthand_property_identifier_pattern) @name
    (pair_pattern value: (identifier) @name)
    (object_assignment_pattern left: (shorthand_property_identifier_pattern) @name)
    (rest_pattern (identifier) @name)])
  (array_pattern [
    (identifier) @name
    (assignment_pattern left: (identifier) @name)
    (rest_pattern (identifier) @name)])]))) @item.public)
(export_statement "default" @name value: [
  (array) (arrow_function) (await_expression) (binary_expression) (call_expression)
  (class) (false) (function_expression) (generator_function) (member_expression)
  (new_expression) (null) (number) (object) (parenthesized_expression) (regex) (string)
  (template_string) (ternary_expression) (true) (unary_expression)]) @item.public
(export_statement "default" @alias value: (identifier) @export @name)
(export_statement "default" @alias declaration: (_ name: (_) @name)) @export
(export_specifier name: (identifier) @name alias: _? @alias) @export

; Imports. Names stand before their module: a pattern with both would keep as many matches open as there are names.
(import_statement . source: (string) @module) @import
(import_statement source: (string) @module) @import.from
(export_statement source: (string) @module) @import.from
(import_clause (identifier) @import.default @alias)
(namespace_import (identifier) @alias) @import.all
(import_specifier name: _ @name alias: (identifier)? @alias) @import
(export_specifier name: _ @name alias: _? @alias) @import.reexport
(namespace_export [(identifier) (string)] @alias) @import.all.reexport
(export_statement "*" @import.all.reexport)
(call_expression
  function: (import)
  arguments: (arguments . [(string) (template_string . (string_fragment) .)] @module)) @import.dynamic
((call_expression
  function: (identifier) @_require
  arguments: (arguments . (string) @module .)) @import.call
  (#eq? @_require "require"))
((variable_declarator
  name: (identifier) @alias
  value: (call_expression
    function: (identifier) @_require
    arguments: (arguments . (string) @module .)) @import.call)
  (#eq? @_require "require"))
((variable_declarator
  name: (object_pattern)
  value: (call_expression
    function: (identifier) @_require
    arguments: (arguments . (string) @module .))) @import.from
  (#eq? @_require "require"))
(variable_declarator name: (object_pattern [
  (shorthand_property_identifier_pattern) @name
  (pair_pattern key: (property_identifier) @name value: (identifier) @alias)
  (object_assignment_pattern left: (shorthand_property_identifier_pattern) @name)] @import.call))
((variable_declarator
  name: (identifier) @alias
  value: (member_expression
    object: (call_expression
      function: (identifier) @_require
      arguments: (arguments . (string) @module .)) @import.call
    property: (property_identifier) @name))
  (#eq? @_require "require"))

(member_expression object: (identifier) @module property: (property_identifier) @name) @import.member

; Calls and decorators
(call_expression function: (_) @callee) @call
(new_expression constructor: (_) @callee) @call
(decorator [
  (identifier) @name
  (member_expression) @name
  (call_expression function: (_) @name)]) @decorator

; Escapes
(call_expression function: (identifier) @escape (#eq? @escape "eval"))
(new_expression constructor: (identifier) @escape (#eq? @escape "Function"))

; Tests: a statement that calls a case with a title, and with a body unless it is still to do
((expression_statement [
  (call_expression
    function: [(call_expression function: (_) @_case) (_) @_case]
    arguments: (arguments
      . [(string) (template_string) (binary_expression operator: "+")] @name
      . (_))) @test
  (await_expression (call_expression
    function: (_) @_case
    arguments: (arguments . [(string) (template_string)] @name . (_))) @test)])
  (#match? @_case "^((it|test|describe|suite|bench|specify)(\\.(only|each|for|concurrent|describe|failing|fails|parallel|runIf|sequential|serial|skipIf|test))*|fit|fdescribe|t\\.test|(Deno|QUnit)\\.(test|bench)(\\.only)?)$"))
((expression_statement (call_expression
  function: (_) @_case
  arguments: (arguments
    . [(identifier) (member_expression) (call_expression)] @name
    . [(arrow_function) (function_expression)])) @test)
  (#match? @_case "^((it|test|describe|suite|bench|specify)(\\.(only|concurrent|describe|failing|fails|parallel|sequential|serial|test))*|fit|fdescribe|t\\.test|(Deno|QUnit)\\.(test|bench)(\\.only)?)$"))
((expression_statement (call_expression
  function: (member_expression) @_case
  arguments: (arguments . (object (pair
    key: (property_identifier) @_key
    value: [(string) (template_string)] @name)))) @test)
  (#match? @_case "^Deno\\.(test|bench)(\\.only)?$")
  (#eq? @_key "name"))
((expression_statement (call_expression
  function: [(call_expression function: (_) @_case) (_) @_case]
  arguments: (arguments
    . [(string) (template_string) (binary_expression operator: "+")] @name)) @test.disabled)
  (#match? @_case "^((it|test|describe|suite|bench|specify)(\\.(only|each|concurrent|describe|failing|fails|parallel|serial))*\\.(skip|todo|fixme)(\\.each)?|x(it|test|describe|suite|specify)|(Deno|QUnit)\\.(test|bench)\\.(ignore|skip|todo))$"))
((expression_statement (call_expression
  function: (_) @_case
  arguments: (arguments
    . [(string) (template_string)] @name
    . (object (pair key: (property_identifier) @_key value: [(true) (string)])))) @test.disabled)
  (#match? @_case "^(it|test|describe|suite|bench|t\\.test|Deno\\.(test|bench))$")
  (#any-of? @_key "skip" "todo" "ignore"))

; Flow
[(if_statement) (switch_statement) (try_statement) (ternary_expression)] @flow.fork
(if_statement consequence: (_) @flow.arm)
(else_clause) @flow.arm
[(switch_case) (switch_default)] @flow.arm
(try_statement body: (_) @flow.arm)
(catch_clause) @flow.arm
(ternary_expression consequence: (_) @flow.arm)
(ternary_expression alternative: (_) @flow.arm)
[
  (for_statement body: (_) @flow.loop)
  (for_in_statement body: (_) @flow.loop)
  (while_statement body: (_) @flow.loop)
  (do_statement body: (_) @flow.loop)
]
[(return_statement) (throw_statement)] @flow.exit
[(break_statement) (continue_statement)] @flow.jump
[
  (switch_case (break_statement) @flow.stay)
  (switch_default (break_statement) @flow.stay)
  (switch_case (statement_block (break_statement) @flow.stay))
  (switch_default (statement_block (break_statement) @flow.stay))
]
(await_expression) @await
(if_statement condition: (parenthesized_expression [
  (identifier) @name
  (member_expression) @name
  (unary_expression argument: [(identifier) (member_expression)] @name)
  (binary_expression left: [(identifier) (member_expression)] @name right: [(null) (undefined)])])) @lazy.test
(try_statement body: (statement_block) @tried handler: (catch_clause) @body)
(variable_declarator name: (identifier) @name value: (_) @flow.bind)
(assignment_expression left: [(identifier) (member_expression)] @name right: (_) @flow.bind)
(for_in_statement left: (identifier) @name right: (_) @flow.bind)

; Routes of web frameworks
((call_expression
  function: (member_expression object: (_) @from property: (property_identifier) @name)
  arguments: (arguments) @body) @route
  (#any-of? @name
    "get" "post" "put" "patch" "delete" "del" "all" "head" "options" "route" "use" "register" "basePath" "setGlobalPrefix"))
((variable_declarator
  name: (identifier) @alias
  value: [
    (call_expression
      function: [
        (identifier) @name
        (member_expression object: (_) @from property: (property_identifier) @name)
        (call_expression arguments: (arguments . (string (string_fragment) @name) .))]
      arguments: (arguments) @body)
    (new_expression
      constructor: [
        (identifier) @name
        (member_expression object: (_) @from property: (property_identifier) @name)]
      arguments: (arguments) @body)] @route.router)
  (#match? @name "^(express|restify|createServer|[fF]astify|[kK]oa|Hono|OpenAPIHono|Elysia|[@a-zA-Z/-]*[rR]outer)$"))
((assignment_expression
  left: (member_expression) @alias
  right: [
    (call_expression
      function: [
        (identifier) @name
        (member_expression object: (_) @from property: (property_identifier) @name)]
      arguments: (arguments) @body)
    (new_expression
      constructor: [
        (identifier) @name
        (member_expression object: (_) @from property: (property_identifier) @name)]
      arguments: (arguments) @body)] @route.router)
  (#match? @name "^(express|[fF]astify|Koa|Hono|[a-zA-Z]*Router)$"))
((variable_declarator
  name: (identifier) @alias
  value: (call_expression function: (member_expression object: [(call_expression) (new_expression)])) @route.bound))

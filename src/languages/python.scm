; Python. The vocabulary is src/facts/role.rs.

; Lines
(comment) @comment
(string) @text
(module . (comment)* . (expression_statement . (string) @docstring .))
(class_definition body: (block . (comment)* . (expression_statement . (string) @docstring .)))
(function_definition body: (block . (comment)* . (expression_statement . (string) @docstring .)))
(module (expression_statement (assignment right: [(list) (dictionary) (set) (tuple)] @table)))

; Statements: a test can run the lines on which they begin
[
  (import_statement) (import_from_statement) (future_import_statement)
  (expression_statement) (assert_statement) (delete_statement) (type_alias_statement)
  (return_statement) (raise_statement) (pass_statement) (break_statement) (continue_statement)
  (if_statement) (elif_clause) (for_statement) (while_statement) (with_statement)
  (try_statement) (except_clause) (match_statement) (case_clause)
  (function_definition) (class_definition) (decorator)
] @statement

; Scopes
(class_definition) @scope.class
[(for_statement) (while_statement) (with_statement)] @scope.passing
(if_statement
  condition: [(identifier) @_flag (attribute attribute: (identifier) @_flag)]
  consequence: (block) @scope.types
  (#eq? @_flag "TYPE_CHECKING"))

; Functions
(function_definition name: (identifier) @name body: (block) @body) @function
(lambda body: (_) @body) @function
(assignment left: (identifier) @name right: (lambda) @function)
(decorated_definition
  (decorator [(identifier) @_d (attribute attribute: (identifier) @_d)])
  definition: (function_definition) @function.static
  (#eq? @_d "staticmethod"))
(decorated_definition
  (decorator [(identifier) @_d (attribute attribute: (identifier) @_d)])
  definition: (function_definition) @function.overload
  (#eq? @_d "overload"))
(decorated_definition
  (decorator [(identifier) @_d (attribute attribute: (identifier) @_d)])
  definition: (function_definition) @function.unchecked
  (#eq? @_d "no_type_check"))

; Slots: every parameter but the receiver, and every return
(parameters . [
  (identifier)
  (typed_parameter . (identifier))
  (default_parameter)
  (typed_default_parameter)] @receiver)
(parameters . (comment) . [
  (identifier)
  (typed_parameter . (identifier))
  (default_parameter)
  (typed_default_parameter)] @receiver)
(parameters (identifier) @parameter.untyped @name)
(parameters (tuple_pattern) @parameter.untyped @name)
(parameters (default_parameter name: (_) @name) @parameter.untyped)
(parameters [
  (list_splat_pattern (identifier) @name)
  (dictionary_splat_pattern (identifier) @name)] @parameter.untyped)
(parameters (typed_parameter . (identifier) @name type: (type) @type) @parameter.typed)
(parameters (typed_parameter
  . [(list_splat_pattern (identifier) @name) (dictionary_splat_pattern (identifier) @name)]
  type: (type) @type) @parameter.typed)
(parameters (typed_default_parameter name: (_) @name type: (type) @type) @parameter.typed)
(function_definition return_type: (type) @return.typed @type)
(function_definition !return_type) @return.untyped
((function_definition name: (identifier) @_name) @return.constructor
  (#any-of? @_name "__init__" "__init_subclass__"))

; Complexity
[
  (if_statement)
  (for_statement)
  (while_statement)
  (except_clause)
  (conditional_expression)
] @branch
(match_statement) @branch.switch
(elif_clause) @branch.elif
(if_statement alternative: (else_clause) @branch.else)
(case_clause . (case_pattern) @_pattern (#not-eq? @_pattern "_")) @case
(boolean_operator operator: _ @operator) @logical

; Items
(class_definition name: (identifier) @name) @item.named
(function_definition name: (identifier) @name) @item.named
(expression_statement (assignment left: (identifier) @name) @item.assigned)
(expression_statement (assignment left: [
  (pattern_list (identifier) @name)
  (tuple_pattern (identifier) @name)
  (list_pattern (identifier) @name)] @item.assigned))
(assignment right: (assignment left: (identifier) @name) @item.assigned)
(module (expression_statement (assignment
  left: (identifier) @_all right: [(list) (tuple) (binary_operator)] @export.list)
  (#eq? @_all "__all__")))
(module (expression_statement (augmented_assignment
  left: (identifier) @_all right: [(list) (tuple)] @export.append)
  (#eq? @_all "__all__")))
(module (expression_statement (call
  function: (attribute object: (identifier) @_all attribute: (identifier) @_verb)
  arguments: (argument_list) @export.append)
  (#eq? @_all "__all__") (#any-of? @_verb "append" "extend")))
(module (expression_statement (call
  function: (attribute object: (identifier) @_all attribute: (identifier) @_verb)
  arguments: (argument_list) @export.remove)
  (#eq? @_all "__all__") (#eq? @_verb "remove")))

; Imports
(import_statement name: (dotted_name) @import @module)
(import_statement name: (aliased_import name: (_) @module alias: (_) @alias) @import)
(import_from_statement module_name: (_) @module name: (dotted_name) @import @name)
(import_from_statement
  module_name: (_) @module
  name: (aliased_import name: (_) @name alias: (_) @alias) @import)
(import_from_statement module_name: (_) @module (wildcard_import) @import.all)
(call
  function: [(identifier) @_f (attribute attribute: (identifier) @_f)]
  arguments: (argument_list . (string (string_content) @module))
  (#any-of? @_f "import_module" "__import__")) @import.dynamic
(attribute object: (identifier) @module attribute: (identifier) @name) @import.chain
(attribute object: (attribute object: (identifier)) @module attribute: (identifier) @name) @import.chain

; Calls and decorators
(call function: (_) @callee) @call
(decorator [(identifier) @name (attribute) @name (call function: (_) @name)]) @decorator

; Escapes
([
  (type [(identifier) (string)] @escape.type)
  (subscript subscript: (identifier) @escape.type)
  (binary_operator (identifier) @escape.type)
  (list (identifier) @escape.type)
  (assignment right: (identifier) @escape.type)]
  (#match? @escape.type "Any"))
([
  (type (attribute attribute: (identifier) @_any) @escape.type)
  (subscript subscript: (attribute attribute: (identifier) @_any) @escape.type)
  (binary_operator (attribute attribute: (identifier) @_any) @escape.type)
  (list (attribute attribute: (identifier) @_any) @escape.type)
  (assignment right: (attribute attribute: (identifier) @_any) @escape.type)]
  (#eq? @_any "Any"))
(call function: (identifier) @escape.cast (#match? @escape.cast "cast$"))
(call function: (attribute object: (identifier) attribute: (identifier) @_cast) @escape.cast
  (#eq? @_cast "cast"))
(call function: (identifier) @escape (#any-of? @escape "eval" "exec"))
(except_clause !value "except" @escape)

; Tests
((function_definition name: (identifier) @name) @test (#match? @name "^test"))
(decorated_definition
  (decorator (_) @_d)
  definition: (function_definition) @test.not
  (#match? @_d "fixture"))
(decorated_definition
  (decorator [(attribute) @_d (call function: (attribute) @_d)])
  definition: (function_definition name: (identifier) @name) @test.disabled
  (#any-of? @_d "pytest.mark.skip" "unittest.skip"))

; Flow
[(if_statement) (match_statement) (try_statement) (conditional_expression)] @flow.fork
(if_statement consequence: (block) @flow.arm)
(if_statement alternative: (_) @flow.arm)
(try_statement body: (block) @flow.arm)
(except_clause) @flow.arm
(case_clause) @flow.arm
(conditional_expression . (_) @flow.arm)
(conditional_expression (_) @flow.arm .)
(for_statement body: (block) @flow.loop)
(while_statement body: (block) @flow.loop)
[(list_comprehension) (set_comprehension) (dictionary_comprehension) (generator_expression)] @flow.loop
(with_statement) @flow.scope
(with_item value: (_) @callee) @flow.enter
(with_item value: (as_pattern . (_) @callee alias: (as_pattern_target (_) @name))) @flow.enter
[(return_statement) (raise_statement)] @flow.exit
[(break_statement) (continue_statement)] @flow.jump
(assignment left: [(identifier) (attribute)] @name right: (_) @flow.bind)
(named_expression name: (identifier) @name value: (_) @flow.bind)
(for_statement left: (identifier) @name right: (_) @flow.bind)
(assignment left: (pattern_list . (identifier) @name) right: (_) @flow.bind)
(assignment left: (identifier) @name right: [(true) (list (_))] @flow.setting
  (#match? @name "^[A-Z][A-Z0-9_]+$"))
(assignment left: (subscript subscript: (string (string_content) @name)) right: (true) @flow.setting
  (#match? @name "^[A-Z][A-Z0-9_]+$"))
(pair key: (string (string_content) @name) value: (true) @flow.setting
  (#match? @name "^[A-Z][A-Z0-9_]+$"))

(await) @await
(if_statement condition: [
  (identifier) @name
  (attribute) @name
  (not_operator argument: [(identifier) (attribute)] @name)
  (comparison_operator . [(identifier) (attribute)] @name . (none) .)]) @lazy.test
(try_statement body: (block) @tried (except_clause) @body)

; Routes of web frameworks
((call
  function: [(identifier) @name (attribute object: (_) @from attribute: (identifier) @name)]
  arguments: (argument_list) @body) @route
  (#any-of? @name
    "path" "re_path" "url" "include_router" "register" "register_blueprint" "mount" "Mount" "Route"
    "add_url_rule" "add_api_route" "add_route" "add_resource" "add_get" "add_post" "add_put" "add_patch" "add_delete"))
((decorated_definition
  (decorator [
    (call
      function: [(identifier) @name (attribute object: (_) @from attribute: (identifier) @name)]
      arguments: (argument_list) @body)
    (identifier) @name]) @route.decorator
  definition: [(function_definition) (class_definition name: (identifier) @type)])
  (#any-of? @name
    "route" "get" "post" "put" "patch" "delete" "head" "options" "api_route" "api_view" "action"
    "require_http_methods" "require_GET" "require_POST" "require_safe"))
((assignment
  left: (_) @alias
  right: (call
    function: [(identifier) @name (attribute object: (_) @from attribute: (identifier) @name)]
    arguments: (argument_list) @body) @route.router)
  (#match? @name "^(Flask|Quart|Sanic|FastAPI|Starlette|Application|Api|Namespace|RouteTableDef|[A-Za-z]*(Router|Blueprint)[A-Za-z]*)$"))
((assignment
  left: (identifier) @alias
  right: (call function: (attribute attribute: (identifier) @_register)) @route.bound)
  (#eq? @_register "register"))
((assignment left: (identifier) @alias right: (list) @route.bound) (#match? @alias "(urls|patterns)$"))
((augmented_assignment left: (identifier) @alias right: (list) @route.bound) (#match? @alias "(urls|patterns)$"))
((class_definition name: (identifier) @name superclasses: (argument_list) @body) @route.class
  (#match? @name "(View|ViewSet|Resource|Endpoint)$"))
((class_definition name: (identifier) @name superclasses: (argument_list) @body) @route.class
  (#match? @body "View|Mixin|Resource|Endpoint|Controller|API"))

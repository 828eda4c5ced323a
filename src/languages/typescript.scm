; TypeScript and TSX, after ecmascript.scm.

; Scopes: a function type in an annotation declares no slots, a type with properties does
(interface_body) @scope.class
(object_type) @scope.class
[(function_type) (constructor_type)] @scope.opaque
(import_statement "type") @scope.types
(import_specifier "type") @scope.types

; Functions
(public_field_definition
  name: (_) @name
  value: [(arrow_function) (function_expression) (generator_function)] @function)
(function_signature name: (identifier) @name) @function.signature
(method_signature name: (_) @name) @function.signature
(abstract_method_signature name: (_) @name) @function.signature
(call_signature) @function.signature
(construct_signature) @function.signature
([(method_signature "get" name: (_) @name) (abstract_method_signature "get" name: (_) @name)] @accessor.get)
([(method_signature "set" name: (_) @name) (abstract_method_signature "set" name: (_) @name)] @accessor.set)

; Slots
(required_parameter
  pattern: [(identifier) @name (object_pattern) @name (array_pattern) @name (rest_pattern (_) @name)]
  type: (type_annotation) @type) @parameter.typed
(optional_parameter
  pattern: [(identifier) (object_pattern) (array_pattern)] @name
  type: (type_annotation) @type) @parameter.typed
((required_parameter
  pattern: [(identifier) (object_pattern) (array_pattern)] @name
  !type
  value: (_) @_value) @parameter.inferred
  (#not-any-of? @_value "null" "undefined"))
(required_parameter
  pattern: [(identifier) @name (object_pattern) @name (array_pattern) @name (rest_pattern (_) @name)]
  !type) @parameter.untyped
(optional_parameter
  pattern: [(identifier) (object_pattern) (array_pattern)] @name
  !type) @parameter.untyped
[
  (function_declaration return_type: (_) @return.typed @type)
  (generator_function_declaration return_type: (_) @return.typed @type)
  (function_expression return_type: (_) @return.typed @type)
  (generator_function return_type: (_) @return.typed @type)
  (arrow_function return_type: (_) @return.typed @type)
  (method_definition return_type: (_) @return.typed @type)
  (function_signature return_type: (_) @return.typed @type)
  (method_signature return_type: (_) @return.typed @type)
  (abstract_method_signature return_type: (_) @return.typed @type)
  (call_signature return_type: (_) @return.typed @type)
  (construct_signature type: (_) @return.typed @type)
]
(function_signature !return_type) @return.untyped
((method_signature name: (_) @_name !return_type) @return.untyped
  (#not-eq? @_name "constructor"))
(abstract_method_signature !return_type) @return.untyped
(call_signature !return_type) @return.untyped
(construct_signature !type) @return.untyped
(public_field_definition name: (_) @name type: (type_annotation) @type) @field.typed
(public_field_definition name: (_) @name !type !value) @field.untyped
(property_signature name: (_) @name type: (type_annotation) @type) @field.typed
(property_signature name: (_) @name !type) @field.untyped

; Where an annotation types the parameters of functions
(variable_declarator type: (type_annotation) value: (_) @context.given)
(public_field_definition type: (type_annotation) value: (_) @context.given)
(required_parameter type: (type_annotation) value: (_) @context.given)
(assignment_expression right: (_) @context.given)
(augmented_assignment_expression operator: ["||=" "&&=" "??="] right: (_) @context.given)
(as_expression . (_) @context.given)
(satisfies_expression . (_) @context.given)

; Items
(program (expression_statement (internal_module name: (_) @name)) @item.private)
(program (ambient_declaration
  (_ name: [(identifier) (type_identifier) (nested_identifier)] @name)) @item.private)
(program (ambient_declaration
  (_ (variable_declarator name: (identifier) @name))) @item.private)
(program (export_statement declaration: (ambient_declaration
  (_ name: [(identifier) (type_identifier) (nested_identifier)] @name))) @item.public)
(program (export_statement declaration: (ambient_declaration
  (_ (variable_declarator name: (identifier) @name)))) @item.public)
(export_statement "default" @name value: [
  (as_expression . [(object) (array) (call_expression) (new_expression) (arrow_function)])
  (satisfies_expression . [(object) (array) (call_expression) (new_expression) (arrow_function)])
  ]) @item.public
(export_statement "default" @alias value: [
  (as_expression . (identifier) @name)
  (satisfies_expression . (identifier) @name)] @export)
(export_statement "=" @alias (identifier) @export @name)

; Tables
(program (_ (variable_declarator value: (_ . [(object) (array)] @table))))
(program (export_statement declaration: (_ (variable_declarator value: (_ . [(object) (array)] @table)))))

; Imports
(import_statement (import_require_clause (identifier) @alias source: (string) @module)) @import
(type_query [
  (call_expression function: (import) arguments: (arguments . (string) @module)) @import.types
  (member_expression object:
    (call_expression function: (import) arguments: (arguments . (string) @module)) @import.types)])
((member_expression
  object: (call_expression
    function: (import)
    arguments: (arguments . (string) @module .)) @import.types
  property: (property_identifier) @_property)
  (#not-any-of? @_property "then" "catch" "finally"))

; Escapes
((predefined_type) @escape.type (#eq? @escape.type "any"))
(as_expression (predefined_type) @escape.as (#eq? @escape.as "any"))
(as_expression (as_expression (predefined_type) @escape.as) (#eq? @escape.as "unknown"))
(non_null_expression "!" @escape)
((type_identifier) @escape (#eq? @escape "Function"))
(nested_type_identifier module: (identifier) @module name: (type_identifier) @name) @import.member

; Flow
(public_field_definition name: (_) @name value: (_) @flow.bind)

; Routes of web frameworks
((decorator (call_expression function: (identifier) @name arguments: (arguments) @body)) @route.decorator
  (#any-of? @name "Controller" "Get" "Post" "Put" "Patch" "Delete" "All" "Head" "Options" "Sse"))
((public_field_definition
  name: (property_identifier) @alias
  value: [
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

; JavaScript, after ecmascript.scm. Types stand in doc comments (JSDoc).

; Functions
(field_definition
  property: (_) @name
  value: [(arrow_function) (function_expression) (generator_function)] @function)

; Slots
(formal_parameters [(identifier) (object_pattern) (array_pattern)] @parameter.untyped)
(formal_parameters (rest_pattern (_) @name) @parameter.untyped)
(formal_parameters (assignment_pattern left: (_) @name) @parameter.untyped)
((formal_parameters (assignment_pattern left: (_) @name right: (_) @_value) @parameter.inferred)
  (#not-any-of? @_value "null" "undefined"))
(field_definition property: (_) @name !value) @field.untyped
(field_definition property: (_) @name value: (_)) @field.inferred

; What a doc comment stands before, and what it declares
(export_statement declaration: (_) @from) @documented
(export_statement value: (_) @from) @documented
(lexical_declaration (variable_declarator) @from) @documented
(variable_declaration (variable_declarator) @from) @documented
(variable_declarator value: (_) @from) @documented
(field_definition value: (_) @from) @documented
(pair value: (_) @from) @documented
(expression_statement (assignment_expression) @from) @documented
(assignment_expression right: (_) @from) @documented
(return_statement (_) @from) @documented
(parenthesized_expression (_) @from) @documented

; CommonJS exports
((assignment_expression
  left: (member_expression
    object: (identifier) @_module
    property: (property_identifier) @_exports)
  right: [
    (identifier) @export @name
    (class name: (identifier) @name) @item.public
    (function_expression name: (identifier) @name) @item.public
    (generator_function name: (identifier) @name) @item.public
    (call_expression
      function: (identifier) @_require
      arguments: (arguments . (string) @module .)) @import.all.reexport
    (object [
      (shorthand_property_identifier) @export @name
      (method_definition name: (property_identifier) @name) @item.public
      (pair key: [(property_identifier) (string)] @alias value: (identifier) @export @name)
      (pair
        key: [(property_identifier) (string)] @alias
        value: (call_expression
          function: (identifier) @_require
          arguments: (arguments . (string) @module .)) @import.reexport)
      (pair
        key: [(property_identifier) (string)] @name
        value: (call_expression function: (_) @_maker)) @item.public
      (pair
        key: [(property_identifier) (string)] @name
        value: [
          (array) (arrow_function) (await_expression) (binary_expression) (class) (false)
          (function_expression) (generator_function) (member_expression) (new_expression)
          (null) (number) (object) (parenthesized_expression) (regex) (string)
          (template_string) (ternary_expression) (true) (unary_expression)]) @item.public])])
  (#eq? @_module "module") (#eq? @_exports "exports")
  (#eq? @_require "require") (#not-eq? @_maker "require"))
((assignment_expression
  left: (member_expression
    object: (identifier) @_module
    property: (property_identifier) @_exports) @name
  right: [
    (array) (arrow_function) (binary_expression) (class !name) (function_expression !name)
    (generator_function !name) (new_expression) (number) (string) (template_string)
    (ternary_expression)
    (call_expression function: (_) @_maker)]) @item.public
  (#eq? @_module "module") (#eq? @_exports "exports") (#not-eq? @_maker "require"))
((assignment_expression
  left: (member_expression object: (_) @_exports property: (property_identifier) @name)
  right: [
    (array) (arrow_function) (assignment_expression) (await_expression) (binary_expression)
    (class) (false) (function_expression) (generator_function) (member_expression)
    (new_expression) (null) (number) (object) (parenthesized_expression) (regex) (string)
    (template_string) (ternary_expression) (true)
    (call_expression function: (_) @_maker)]) @item.public
  (#any-of? @_exports "exports" "module.exports") (#not-eq? @_maker "require"))
((assignment_expression
  left: (member_expression object: (_) @_exports property: (property_identifier) @alias)
  right: (call_expression
    function: (identifier) @_require
    arguments: (arguments . (string) @module .)) @import.reexport)
  (#any-of? @_exports "exports" "module.exports") (#eq? @_require "require"))
((assignment_expression
  left: (member_expression object: (_) @_exports property: (property_identifier) @alias)
  right: (identifier) @export @name)
  (#any-of? @_exports "exports" "module.exports"))
((assignment_expression
  left: (member_expression object: (identifier) @_module property: (property_identifier) @_exports @alias)
  right: [
    (identifier) @name
    (class name: (identifier) @name)
    (function_expression name: (identifier) @name)
    (generator_function name: (identifier) @name)]) @export
  (#eq? @_module "module") (#eq? @_exports "exports"))

; Flow
(field_definition property: (_) @name value: (_) @flow.bind)

; JSX, in the grammars that have it.

(jsx_expression (_) @context.given)

; An element of a component calls the component; an element of the page calls nothing.
((jsx_opening_element name: (identifier) @callee) @call (#match? @callee "^[A-Z_$]"))
((jsx_self_closing_element name: (identifier) @callee) @call (#match? @callee "^[A-Z_$]"))
(jsx_opening_element name: (member_expression) @callee) @call
(jsx_self_closing_element name: (member_expression) @callee) @call

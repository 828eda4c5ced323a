; Type assertions in angle brackets, in the dialect that has no elements there.

(type_assertion (type_arguments) [
  (arrow_function) (function_expression) (generator_function) (object) (array)
  (parenthesized_expression) (ternary_expression)
  (binary_expression operator: ["||" "&&" "??"])] @context.given)

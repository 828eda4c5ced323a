; Type assertions in angle brackets, in the dialect that has no elements there.

(type_assertion (type_arguments) (_) @context.given)

//! The closed vocabulary of captures a language's query may use, a sentence for each.
//!
//! A pattern captures one *subject* and any of its *parts*. Names that begin with `_` are private to the query
//! (its predicates use them). Everything else is an error that lists the legal names.

/// Makes the subjects out of their table: what each stands for is written once, for readers of the code and of
/// `quality explain`.
macro_rules! subjects {
    ($($(#[doc = $about:literal])+ $name:ident = $capture:literal,)+) => {
        /// What a pattern is about. Subjects of one span are folded in this order.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Subject {
            $($(#[doc = $about])+ $name,)+
        }

        /// Every subject with its capture name, in declaration order.
        pub const SUBJECTS: &[(Subject, &str)] = &[$((Subject::$name, $capture),)+];

        impl Subject {
            /// What it stands for, a few sentences.
            pub fn about(self) -> &'static str {
                match self {
                    $(Self::$name => concat!($($about),+).trim_ascii(),)+
                }
            }
        }
    };
}

subjects! {
        /// One of the arms. One outside a fork may happen or not.
        FlowArm = "flow.arm",
        /// What is repeated.
        FlowLoop = "flow.loop",
        // A block with nothing in it but a statement has the span of that statement, and is around it.
        /// A statement or expression whose arms exclude each other: if, match, switch, try.
        FlowFork = "flow.fork",
        /// A block that something is entered for. Its `flow.enter` stand in it.
        FlowScope = "flow.scope",
        /// What a scope enters. Parts: `callee` (the expression), `name` (what it is called inside).
        FlowEnter = "flow.enter",
        /// What leaves the function.
        FlowExit = "flow.exit",
        /// What leaves a loop or its turn.
        FlowJump = "flow.jump",
        /// A jump (same span) that leaves nothing but its own arm.
        FlowStay = "flow.stay",
        /// A named setting that is switched on. Parts: `name`.
        FlowSetting = "flow.setting",
        /// A value that gets a name. Parts: `name`.
        FlowBind = "flow.bind",
        /// A class, trait, impl or interface: functions directly in it are methods.
        ScopeClass = "scope.class",
        /// The body of a trait or of an implementation of one: what it declares is no item.
        ScopeTrait = "scope.trait",
        /// A module within its file that outsiders may look into. Parts: `name`.
        ScopeModule = "scope.module",
        /// A module within its file that hides its public items from other packages. Parts: `name`.
        ScopeModulePrivate = "scope.module.private",
        /// A region that only a type checker reads: imports in it are for types.
        ScopeTypes = "scope.types",
        /// A region whose parameters and fields are no slots, e.g. a function type in an annotation. Functions and
        /// classes inside it have slots again.
        ScopeOpaque = "scope.opaque",
        /// A loop or the like at top level: what is declared in it passes and is no item.
        ScopePassing = "scope.passing",
        /// What a doc comment stands before: the comment speaks for the part `from`, too.
        Documented = "documented",
        /// An expression whose type its use site gives: functions here need not declare their parameters.
        ContextGiven = "context.given",
        /// An expression that gets the context of the part `from`, e.g. inside parentheses.
        ContextPassed = "context.passed",
        /// An expression that gets the context of what its enclosing function returns.
        ContextReturned = "context.returned",
        /// A function, method, closure or lambda with a body. Parts: `name`, `body`.
        Function = "function",
        /// A function without a body: an overload, an abstract or interface method. Parts: `name`.
        FunctionSignature = "function.signature",
        /// Marks the function of the same span: its first parameter is no receiver.
        FunctionStatic = "function.static",
        /// Marks the function of the same span: its name is a property's, so that only a call through an object is one of
        /// itself.
        FunctionProperty = "function.property",
        /// Marks the function of the same span: the next one of its name in the scope implements it and declares nothing new.
        FunctionOverload = "function.overload",
        /// Marks the function of the same span: its author switched type checking off for it.
        FunctionUnchecked = "function.unchecked",
        /// A first parameter that is the receiver if its function is a method: no slot then.
        Receiver = "receiver",
        /// A parameter with a declared type. Parts: `name`, `type`.
        ParameterTyped = "parameter.typed",
        /// A parameter whose type the checker infers from its default. Parts: `name`.
        ParameterInferred = "parameter.inferred",
        /// A parameter that declares nothing. Parts: `name`.
        ParameterUntyped = "parameter.untyped",
        /// A declared return type. Parts: `type`.
        ReturnTyped = "return.typed",
        /// A function (same span) whose missing return type is a hole.
        ReturnUntyped = "return.untyped",
        /// A function (same span) that, as a method, counts its return as typed as soon as one parameter is.
        ReturnConstructor = "return.constructor",
        /// A field with a declared type. Parts: `name`, `type`.
        FieldTyped = "field.typed",
        /// A field that declares nothing and shows no value. Parts: `name`.
        FieldUntyped = "field.untyped",
        /// A field whose type its value shows: a slot only where a doc comment declares it. Parts: `name`.
        FieldInferred = "field.inferred",
        /// A getter: a setter of its name in the same class takes its type. Parts: `name`.
        AccessorGet = "accessor.get",
        /// A setter (same span as its function). Parts: `name`.
        AccessorSet = "accessor.set",
        /// A structural branch (if, loop, catch, conditional expression): a decision that nests.
        Branch = "branch",
        /// A whole switch or match: nests; its arms are the decisions.
        BranchSwitch = "branch.switch",
        /// An else-if: a decision that adds no nesting of its own.
        BranchElif = "branch.elif",
        /// An else.
        BranchElse = "branch.else",
        /// An else that only carries an else-if: counts nothing.
        BranchChained = "branch.chained",
        /// A non-default arm of a switch or match.
        Case = "case",
        /// A jump that breaks the flow: goto, labelled break or continue.
        Jump = "jump",
        /// A logical operator. Parts: `operator`.
        Logical = "logical",
        /// A logical operator that continues the run of the same operator around it.
        LogicalContinued = "logical.continued",
        /// A run of one logical operator, where each operator in it is captured as continuing it.
        LogicalRun = "logical.run",
        /// A named top-level declaration seen from anywhere. Parts: `name`.
        ItemPublic = "item.public",
        /// One seen from the whole crate or package. Parts: `name`.
        ItemPackage = "item.package",
        /// One seen from the parent module. Parts: `name`.
        ItemParent = "item.parent",
        /// One seen in its own module only. Parts: `name`.
        ItemPrivate = "item.private",
        /// One whose name tells who may see it: a leading underscore hides it. Parts: `name`.
        ItemNamed = "item.named",
        /// A name assigned at top level: an item unless it was imported before. Parts: `name`.
        ItemAssigned = "item.assigned",
        /// Makes the item of this name public. Parts: `name`, and `alias` for what others know it by.
        Export = "export",
        /// A literal list of the names a module exports.
        ExportList = "export.list",
        /// A literal list, or one literal name, added to the list of exported names.
        ExportAppend = "export.append",
        /// A literal name taken from the list of exported names.
        ExportRemove = "export.remove",
        /// A child module in a file of its own that others may see. Parts: `name`.
        ExportModule = "export.module",
        /// A statement around imports that do not name their module themselves. Parts: `module`.
        ImportFrom = "import.from",
        /// An import. Parts: `module`, `name`, `alias`.
        Import = "import",
        /// An import of a module's default. Parts: `module`, `alias`.
        ImportDefault = "import.default",
        /// An import by a call that runs where it stands: dynamic inside functions. Parts: `module`, `name`, `alias`.
        ImportCall = "import.call",
        /// An import by call. Parts: `module`.
        ImportDynamic = "import.dynamic",
        /// An import erased before running. Parts: `module`, `name`, `alias`.
        ImportTypes = "import.types",
        /// An import passed on to others. Parts: `module`, `name`, `alias`.
        ImportReexport = "import.reexport",
        /// An import of all names of a module. Parts: `module`, `alias`.
        ImportAll = "import.all",
        /// All names of a module, passed on to others. Parts: `module`, `alias`.
        ImportAllReexport = "import.all.reexport",
        /// A tree of paths to be flattened (Rust `use`). Parts: `module`.
        ImportTree = "import.tree",
        /// A tree of paths passed on to others (Rust `pub use`). Parts: `module`.
        ImportTreeReexport = "import.tree.reexport",
        /// A qualified path in code. Parts: `module`, `name`.
        ImportPath = "import.path",
        /// A name taken from something an import of the file binds (`alias.name`); others are none. Parts: `module`, `name`.
        ImportChain = "import.chain",
        /// A name taken from something that may be a module imported whole (`alias.name`). Parts: `module`, `name`.
        ImportMember = "import.member",
        /// A declaration of a child module in a file of its own. Parts: `name`.
        ImportModule = "import.module",
        /// A name inside of what a macro is given, behind a dot or `::`: what it means, the macro decides.
        Mention = "mention",
        /// A call. Parts: `callee`.
        Call = "call",
        /// Waits for something else to end.
        Await = "await",
        /// A branch on whether something is there. Parts: `name`.
        LazyTest = "lazy.test",
        /// A name that gets a value, where no binding of flow says so. Parts: `name`.
        LazySet = "lazy.set",
        /// What is tried although its failure may be swallowed. Parts: `body`, what is done then.
        Tried = "tried",
        /// A call of a macro. Parts: `callee`.
        CallMacro = "call.macro",
        /// A decorator or attribute. Parts: `name`.
        Decorator = "decorator",
        /// A call that may declare or mount routes of a web framework. Parts: `name`, `from` (what it is called on), `body`
        /// (its arguments).
        Route = "route",
        /// A decorator or attribute that may declare a route. Parts: as a route, and `type` for the class it stands before.
        RouteDecorator = "route.decorator",
        /// A call that makes an application or a router, bound to a name. Parts: as a route, and `alias`.
        RouteRouter = "route.router",
        /// An expression bound to a name: routes in it or of its chain belong to that name. Parts: `alias`.
        RouteBound = "route.bound",
        /// A class that may handle requests. Parts: `name`, `body` (its bases).
        RouteClass = "route.class",
        /// A test case. Parts: `name`.
        Test = "test",
        /// A test case (same span) that is skipped or still to do. Parts: `name`.
        TestDisabled = "test.disabled",
        /// Something (same span) named like a test that is none.
        TestNot = "test.not",
        /// Makes the function that stands next a test case.
        NextTest = "next.test",
        /// Disables the test case that stands next.
        NextTestDisabled = "next.test.disabled",
        /// Makes what stands next a region of inline tests.
        NextTests = "next.tests",
        /// Makes the file, or the module within it, that this stands in a region of inline tests.
        WithinTests = "within.tests",
        /// Makes the item that stands next public.
        NextPublic = "next.public",
        /// Names the file of the module that stands next. Parts: `module`.
        NextPath = "next.path",
        /// An attribute that silences a tool. Parts: `name`.
        Suppression = "suppression",
        /// A word that leaves what the language checks.
        Escape = "escape",
        /// A written type that does, if it is the dynamic one.
        EscapeType = "escape.type",
        /// The type that a value is asserted to have.
        EscapeAs = "escape.as",
        /// What a call that may assert a type calls.
        EscapeCast = "escape.cast",
        /// A word that ends the program where there is no value.
        EscapePanic = "escape.panic",
        /// The type of number that another one is cut to.
        EscapeNumber = "escape.number",
        /// A comment.
        Comment = "comment",
        /// A documentation comment whose fenced examples are run as tests.
        CommentDoc = "comment.doc",
        /// A string that is documentation: its lines are comment lines.
        Docstring = "docstring",
        /// A string: blank lines inside it are code lines.
        Text = "text",
        /// A literal at top level: a file that is little else is data.
        Table = "table",
        /// A statement: its first line is one that a test can run.
        Statement = "statement",
}

/// What a pattern says of its subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Part {
    /// The name of the subject.
    Name,
    /// Its declared type.
    Type,
    /// The module an import names.
    Module,
    /// The local name an import binds.
    Alias,
    /// The body of a function, or the arguments of a route.
    Body,
    /// What a call calls.
    Callee,
    /// Where a passed context comes from, what a doc comment also speaks for, or what a route is called on.
    From,
    /// A logical operator: found in it and in the expression around it, it tells a run that goes on.
    Operator,
}

/// Every part with its capture name, in declaration order.
pub const PARTS: &[(Part, &str)] = &[
    (Part::Name, "name"),
    (Part::Type, "type"),
    (Part::Module, "module"),
    (Part::Alias, "alias"),
    (Part::Body, "body"),
    (Part::Callee, "callee"),
    (Part::From, "from"),
    (Part::Operator, "operator"),
];

/// How many parts there are.
pub const PART_COUNT: usize = PARTS.len();

/// What a capture name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The subject of its pattern.
    Subject(Subject),
    /// A part of the subject.
    Part(Part),
    /// Private to the query.
    Private,
}

impl Role {
    /// The role of a capture name; for an illegal one a message that lists the legal names.
    pub fn of(capture: &str) -> Result<Self, String> {
        if capture.starts_with('_') {
            return Ok(Self::Private);
        }
        if let Some((subject, _)) = SUBJECTS.iter().find(|(_, name)| *name == capture) {
            return Ok(Self::Subject(*subject));
        }
        if let Some((part, _)) = PARTS.iter().find(|(_, name)| *name == capture) {
            return Ok(Self::Part(*part));
        }
        let legal: Vec<&str> = SUBJECTS
            .iter()
            .map(|(_, name)| *name)
            .chain(PARTS.iter().map(|(_, name)| *name))
            .collect();
        Err(format!(
            "unknown capture `@{capture}`; legal are: {}",
            legal.join(", ")
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::{PARTS, Part, Role, SUBJECTS, Subject};

    #[test]
    fn an_unknown_capture_lists_the_legal_ones() {
        let message = Role::of("slot.tpyed").unwrap_err();
        assert!(message.contains("@slot.tpyed"));
        assert!(message.contains("parameter.typed"));
        assert_eq!(Role::of("_d"), Ok(Role::Private));
        assert_eq!(Role::of("name"), Ok(Role::Part(Part::Name)));
        assert_eq!(Role::of("call"), Ok(Role::Subject(Subject::Call)));
    }

    #[test]
    fn names_are_unique_and_stand_in_declaration_order() {
        let mut names: Vec<&str> = SUBJECTS.iter().map(|row| row.1).collect();
        names.extend(PARTS.iter().map(|row| row.1));
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
        assert!(
            SUBJECTS
                .iter()
                .enumerate()
                .all(|(index, row)| row.0 as usize == index)
        );
    }
}

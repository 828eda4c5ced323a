//! The closed vocabulary of captures a language's query may use, a sentence for each.
//!
//! A pattern captures one *subject* and any of its *parts*. Names that begin with `_` are private to the query
//! (its predicates use them). Everything else is an error that lists the legal names.

/// What a pattern is about. Subjects of one span are folded in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Subject {
    /// One of the arms. One outside a fork may happen or not.
    FlowArm,
    /// What is repeated.
    FlowLoop,
    // A block with nothing in it but a statement has the span of that statement, and is around it.
    /// A statement or expression whose arms exclude each other: if, match, switch, try.
    FlowFork,
    /// A block that something is entered for. Its `flow.enter` stand in it.
    FlowScope,
    /// What a scope enters. Parts: `callee` (the expression), `name` (what it is called inside).
    FlowEnter,
    /// What leaves the function.
    FlowExit,
    /// What leaves a loop or its turn.
    FlowJump,
    /// A jump (same span) that leaves nothing but its own arm.
    FlowStay,
    /// A named setting that is switched on. Parts: `name`.
    FlowSetting,
    /// A value that gets a name. Parts: `name`.
    FlowBind,
    /// A class, trait, impl or interface: functions directly in it are methods.
    ScopeClass,
    /// The body of a trait or of an implementation of one: what it declares is no item.
    ScopeTrait,
    /// A module within its file that outsiders may look into. Parts: `name`.
    ScopeModule,
    /// A module within its file that hides its public items from other packages. Parts: `name`.
    ScopeModulePrivate,
    /// A region that only a type checker reads: imports in it are for types.
    ScopeTypes,
    /// A region whose parameters and fields are no slots, e.g. a function type in an annotation. Functions and
    /// classes inside it have slots again.
    ScopeOpaque,
    /// A loop or the like at top level: what is declared in it passes and is no item.
    ScopePassing,
    /// What a doc comment stands before: the comment speaks for the part `from`, too.
    Documented,
    /// An expression whose type its use site gives: functions here need not declare their parameters.
    ContextGiven,
    /// An expression that gets the context of the part `from`, e.g. inside parentheses.
    ContextPassed,
    /// An expression that gets the context of what its enclosing function returns.
    ContextReturned,
    /// A function, method, closure or lambda with a body. Parts: `name`, `body`.
    Function,
    /// A function without a body: an overload, an abstract or interface method. Parts: `name`.
    FunctionSignature,
    /// Marks the function of the same span: its first parameter is no receiver.
    FunctionStatic,
    /// Marks the function of the same span: its name is a property's, so that only a call through an object is one of
    /// itself.
    FunctionProperty,
    /// Marks the function of the same span: the next one of its name in the scope implements it and declares nothing new.
    FunctionOverload,
    /// Marks the function of the same span: its author switched type checking off for it.
    FunctionUnchecked,
    /// A first parameter that is the receiver if its function is a method: no slot then.
    Receiver,
    /// A parameter with a declared type. Parts: `name`, `type`.
    ParameterTyped,
    /// A parameter whose type the checker infers from its default. Parts: `name`.
    ParameterInferred,
    /// A parameter that declares nothing. Parts: `name`.
    ParameterUntyped,
    /// A declared return type. Parts: `type`.
    ReturnTyped,
    /// A function (same span) whose missing return type is a hole.
    ReturnUntyped,
    /// A function (same span) that, as a method, counts its return as typed as soon as one parameter is.
    ReturnConstructor,
    /// A field with a declared type. Parts: `name`, `type`.
    FieldTyped,
    /// A field that declares nothing and shows no value. Parts: `name`.
    FieldUntyped,
    /// A field whose type its value shows: a slot only where a doc comment declares it. Parts: `name`.
    FieldInferred,
    /// A getter: a setter of its name in the same class takes its type. Parts: `name`.
    AccessorGet,
    /// A setter (same span as its function). Parts: `name`.
    AccessorSet,
    /// A structural branch (if, loop, catch, conditional expression): a decision that nests.
    Branch,
    /// A whole switch or match: nests; its arms are the decisions.
    BranchSwitch,
    /// An else-if: a decision that adds no nesting of its own.
    BranchElif,
    /// An else.
    BranchElse,
    /// An else that only carries an else-if: counts nothing.
    BranchChained,
    /// A non-default arm of a switch or match.
    Case,
    /// A jump that breaks the flow: goto, labelled break or continue.
    Jump,
    /// A logical operator. Parts: `operator`.
    Logical,
    /// A logical operator that continues the run of the same operator around it.
    LogicalContinued,
    /// A run of one logical operator, where each operator in it is captured as continuing it.
    LogicalRun,
    /// A named top-level declaration seen from anywhere. Parts: `name`.
    ItemPublic,
    /// One seen from the whole crate or package. Parts: `name`.
    ItemPackage,
    /// One seen from the parent module. Parts: `name`.
    ItemParent,
    /// One seen in its own module only. Parts: `name`.
    ItemPrivate,
    /// One whose name tells who may see it: a leading underscore hides it. Parts: `name`.
    ItemNamed,
    /// A name assigned at top level: an item unless it was imported before. Parts: `name`.
    ItemAssigned,
    /// Makes the item of this name public. Parts: `name`, and `alias` for what others know it by.
    Export,
    /// A literal list of the names a module exports.
    ExportList,
    /// A literal list, or one literal name, added to the list of exported names.
    ExportAppend,
    /// A literal name taken from the list of exported names.
    ExportRemove,
    /// A child module in a file of its own that others may see. Parts: `name`.
    ExportModule,
    /// A statement around imports that do not name their module themselves. Parts: `module`.
    ImportFrom,
    /// An import. Parts: `module`, `name`, `alias`.
    Import,
    /// An import of a module's default. Parts: `module`, `alias`.
    ImportDefault,
    /// An import by a call that runs where it stands: dynamic inside functions. Parts: `module`, `name`, `alias`.
    ImportCall,
    /// An import by call. Parts: `module`.
    ImportDynamic,
    /// An import erased before running. Parts: `module`, `name`, `alias`.
    ImportTypes,
    /// An import passed on to others. Parts: `module`, `name`, `alias`.
    ImportReexport,
    /// An import of all names of a module. Parts: `module`, `alias`.
    ImportAll,
    /// All names of a module, passed on to others. Parts: `module`, `alias`.
    ImportAllReexport,
    /// A tree of paths to be flattened (Rust `use`). Parts: `module`.
    ImportTree,
    /// A tree of paths passed on to others (Rust `pub use`). Parts: `module`.
    ImportTreeReexport,
    /// A qualified path in code. Parts: `module`, `name`.
    ImportPath,
    /// A name taken from something an import of the file binds (`alias.name`); others are none. Parts: `module`, `name`.
    ImportChain,
    /// A name taken from something that may be a module imported whole (`alias.name`). Parts: `module`, `name`.
    ImportMember,
    /// A declaration of a child module in a file of its own. Parts: `name`.
    ImportModule,
    /// A name inside of what a macro is given, behind a dot or `::`: what it means, the macro decides.
    Mention,
    /// A call. Parts: `callee`.
    Call,
    /// Waits for something else to end.
    Await,
    /// A branch on whether something is there. Parts: `name`.
    LazyTest,
    /// A name that gets a value, where no binding of flow says so. Parts: `name`.
    LazySet,
    /// What is tried although its failure may be swallowed. Parts: `body`, what is done then.
    Tried,
    /// A call of a macro. Parts: `callee`.
    CallMacro,
    /// A decorator or attribute. Parts: `name`.
    Decorator,
    /// A call that may declare or mount routes of a web framework. Parts: `name`, `from` (what it is called on), `body`
    /// (its arguments).
    Route,
    /// A decorator or attribute that may declare a route. Parts: as a route, and `type` for the class it stands before.
    RouteDecorator,
    /// A call that makes an application or a router, bound to a name. Parts: as a route, and `alias`.
    RouteRouter,
    /// An expression bound to a name: routes in it or of its chain belong to that name. Parts: `alias`.
    RouteBound,
    /// A class that may handle requests. Parts: `name`, `body` (its bases).
    RouteClass,
    /// A test case. Parts: `name`.
    Test,
    /// A test case (same span) that is skipped or still to do. Parts: `name`.
    TestDisabled,
    /// Something (same span) named like a test that is none.
    TestNot,
    /// Makes the function that stands next a test case.
    NextTest,
    /// Disables the test case that stands next.
    NextTestDisabled,
    /// Makes what stands next a region of inline tests.
    NextTests,
    /// Makes the file, or the module within it, that this stands in a region of inline tests.
    WithinTests,
    /// Makes the item that stands next public.
    NextPublic,
    /// Names the file of the module that stands next. Parts: `module`.
    NextPath,
    /// An attribute that silences a tool. Parts: `name`.
    Suppression,
    /// A word that leaves what the language checks.
    Escape,
    /// A written type that does, if it is the dynamic one.
    EscapeType,
    /// The type that a value is asserted to have.
    EscapeAs,
    /// What a call that may assert a type calls.
    EscapeCast,
    /// A word that ends the program where there is no value.
    EscapePanic,
    /// The type of number that another one is cut to.
    EscapeNumber,
    /// A comment.
    Comment,
    /// A documentation comment whose fenced examples are run as tests.
    CommentDoc,
    /// A string that is documentation: its lines are comment lines.
    Docstring,
    /// A string: blank lines inside it are code lines.
    Text,
    /// A literal at top level: a file that is little else is data.
    Table,
    /// A statement: its first line is one that a test can run.
    Statement,
}

/// Every subject with its capture name, in declaration order.
pub const SUBJECTS: &[(Subject, &str)] = &[
    (Subject::FlowArm, "flow.arm"),
    (Subject::FlowLoop, "flow.loop"),
    (Subject::FlowFork, "flow.fork"),
    (Subject::FlowScope, "flow.scope"),
    (Subject::FlowEnter, "flow.enter"),
    (Subject::FlowExit, "flow.exit"),
    (Subject::FlowJump, "flow.jump"),
    (Subject::FlowStay, "flow.stay"),
    (Subject::FlowSetting, "flow.setting"),
    (Subject::FlowBind, "flow.bind"),
    (Subject::ScopeClass, "scope.class"),
    (Subject::ScopeTrait, "scope.trait"),
    (Subject::ScopeModule, "scope.module"),
    (Subject::ScopeModulePrivate, "scope.module.private"),
    (Subject::ScopeTypes, "scope.types"),
    (Subject::ScopeOpaque, "scope.opaque"),
    (Subject::ScopePassing, "scope.passing"),
    (Subject::Documented, "documented"),
    (Subject::ContextGiven, "context.given"),
    (Subject::ContextPassed, "context.passed"),
    (Subject::ContextReturned, "context.returned"),
    (Subject::Function, "function"),
    (Subject::FunctionSignature, "function.signature"),
    (Subject::FunctionStatic, "function.static"),
    (Subject::FunctionProperty, "function.property"),
    (Subject::FunctionOverload, "function.overload"),
    (Subject::FunctionUnchecked, "function.unchecked"),
    (Subject::Receiver, "receiver"),
    (Subject::ParameterTyped, "parameter.typed"),
    (Subject::ParameterInferred, "parameter.inferred"),
    (Subject::ParameterUntyped, "parameter.untyped"),
    (Subject::ReturnTyped, "return.typed"),
    (Subject::ReturnUntyped, "return.untyped"),
    (Subject::ReturnConstructor, "return.constructor"),
    (Subject::FieldTyped, "field.typed"),
    (Subject::FieldUntyped, "field.untyped"),
    (Subject::FieldInferred, "field.inferred"),
    (Subject::AccessorGet, "accessor.get"),
    (Subject::AccessorSet, "accessor.set"),
    (Subject::Branch, "branch"),
    (Subject::BranchSwitch, "branch.switch"),
    (Subject::BranchElif, "branch.elif"),
    (Subject::BranchElse, "branch.else"),
    (Subject::BranchChained, "branch.chained"),
    (Subject::Case, "case"),
    (Subject::Jump, "jump"),
    (Subject::Logical, "logical"),
    (Subject::LogicalContinued, "logical.continued"),
    (Subject::LogicalRun, "logical.run"),
    (Subject::ItemPublic, "item.public"),
    (Subject::ItemPackage, "item.package"),
    (Subject::ItemParent, "item.parent"),
    (Subject::ItemPrivate, "item.private"),
    (Subject::ItemNamed, "item.named"),
    (Subject::ItemAssigned, "item.assigned"),
    (Subject::Export, "export"),
    (Subject::ExportList, "export.list"),
    (Subject::ExportAppend, "export.append"),
    (Subject::ExportRemove, "export.remove"),
    (Subject::ExportModule, "export.module"),
    (Subject::ImportFrom, "import.from"),
    (Subject::Import, "import"),
    (Subject::ImportDefault, "import.default"),
    (Subject::ImportCall, "import.call"),
    (Subject::ImportDynamic, "import.dynamic"),
    (Subject::ImportTypes, "import.types"),
    (Subject::ImportReexport, "import.reexport"),
    (Subject::ImportAll, "import.all"),
    (Subject::ImportAllReexport, "import.all.reexport"),
    (Subject::ImportTree, "import.tree"),
    (Subject::ImportTreeReexport, "import.tree.reexport"),
    (Subject::ImportPath, "import.path"),
    (Subject::ImportChain, "import.chain"),
    (Subject::ImportMember, "import.member"),
    (Subject::ImportModule, "import.module"),
    (Subject::Mention, "mention"),
    (Subject::Call, "call"),
    (Subject::Await, "await"),
    (Subject::LazyTest, "lazy.test"),
    (Subject::LazySet, "lazy.set"),
    (Subject::Tried, "tried"),
    (Subject::CallMacro, "call.macro"),
    (Subject::Decorator, "decorator"),
    (Subject::Route, "route"),
    (Subject::RouteDecorator, "route.decorator"),
    (Subject::RouteRouter, "route.router"),
    (Subject::RouteBound, "route.bound"),
    (Subject::RouteClass, "route.class"),
    (Subject::Test, "test"),
    (Subject::TestDisabled, "test.disabled"),
    (Subject::TestNot, "test.not"),
    (Subject::NextTest, "next.test"),
    (Subject::NextTestDisabled, "next.test.disabled"),
    (Subject::NextTests, "next.tests"),
    (Subject::WithinTests, "within.tests"),
    (Subject::NextPublic, "next.public"),
    (Subject::NextPath, "next.path"),
    (Subject::Suppression, "suppression"),
    (Subject::Escape, "escape"),
    (Subject::EscapeType, "escape.type"),
    (Subject::EscapeAs, "escape.as"),
    (Subject::EscapeCast, "escape.cast"),
    (Subject::EscapePanic, "escape.panic"),
    (Subject::EscapeNumber, "escape.number"),
    (Subject::Comment, "comment"),
    (Subject::CommentDoc, "comment.doc"),
    (Subject::Docstring, "docstring"),
    (Subject::Text, "text"),
    (Subject::Table, "table"),
    (Subject::Statement, "statement"),
];

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

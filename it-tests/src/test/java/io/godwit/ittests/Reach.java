package io.godwit.ittests;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaMethod;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * What code can come to be called from some classes, call by call: through our own code, lambdas and method references
 * included. A call of a method that subtypes override may be one of any that is made on the way; who makes an object may have
 * all of its methods called that override those of others' types, as {@code run()}.
 */
final class Reach {
    private final String root;
    private final Map<JavaCodeUnit, JavaCodeUnit> from =
            new HashMap<>(); // by which it is reached first; looked up only
    private final Deque<JavaCodeUnit> open = new ArrayDeque<>();
    private final Set<JavaClass> made = new HashSet<>(); // asked only
    private final Set<JavaMethod> dispatched = new LinkedHashSet<>();
    private final Map<String, String> ends = new TreeMap<>();

    private Reach(String root) {
        this.root = root;
    }

    /**
     * The calls of others' code that must not be reached and are, each with the way to it.
     *
     * @param root package of our own code
     * @param entries classes all of whose code may be called
     * @param forbidden of a target's class and name
     */
    static Collection<String> of(
            JavaClasses classes, String root, Collection<String> entries, Predicate<JavaAccess<?>> forbidden) {
        Reach reach = new Reach(root);
        for (String entry : entries) {
            JavaClass type = classes.get(entry);
            Stream.concat(Stream.of(type), classes.stream().filter(inner -> isInside(inner, type)))
                    .flatMap(one -> one.getCodeUnits().stream())
                    .forEach(unit -> reach.add(unit, null));
        }
        reach.follow(forbidden);
        return reach.ends.values();
    }

    private static boolean isInside(JavaClass inner, JavaClass outer) {
        return inner.getName().startsWith(outer.getName() + "$");
    }

    private void add(JavaCodeUnit unit, JavaCodeUnit caller) {
        if (!from.containsKey(unit)) {
            from.put(unit, caller);
            open.add(unit);
        }
    }

    private void follow(Predicate<JavaAccess<?>> forbidden) {
        while (!open.isEmpty()) {
            JavaCodeUnit unit = open.remove();
            for (JavaAccess<?> access : unit.getAccessesFromSelf()) {
                JavaClass owner = access.getTargetOwner();
                if (forbidden.test(access)) {
                    ends.putIfAbsent(
                            owner.getName() + "." + access.getTarget().getName(), way(unit) + " → " + name(access));
                }
                if (owner.getName().startsWith(root)) {
                    initialized(owner, unit);
                    Optional<? extends JavaMember> member = access.getTarget().resolveMember();
                    member.filter(JavaCodeUnit.class::isInstance)
                            .map(JavaCodeUnit.class::cast)
                            .ifPresent(target -> called(target, unit));
                }
            }
        }
    }

    private void initialized(JavaClass type, JavaCodeUnit caller) {
        type.getStaticInitializer().ifPresent(unit -> add(unit, caller));
    }

    private void called(JavaCodeUnit target, JavaCodeUnit caller) {
        add(target, caller);
        if (target.isConstructor()) {
            made(target.getOwner(), caller);
        } else if (target instanceof JavaMethod method) {
            dispatched(method, caller);
        }
    }

    private void dispatched(JavaMethod method, JavaCodeUnit caller) {
        if (dispatched.add(method)) {
            method.getOwner().getAllSubclasses().stream()
                    .filter(made::contains)
                    .forEach(subtype -> overriding(subtype, method).ifPresent(unit -> add(unit, caller)));
        }
    }

    private static Optional<JavaMethod> overriding(JavaClass subtype, JavaMethod method) {
        return subtype.tryGetMethod(
                method.getName(),
                method.getRawParameterTypes().stream().map(JavaClass::getName).toArray(String[]::new));
    }

    private void made(JavaClass type, JavaCodeUnit caller) {
        if (made.add(type)) {
            List<JavaClass> others = new ArrayList<>(type.getAllRawSuperclasses());
            others.addAll(type.getAllRawInterfaces());
            others.stream()
                    .filter(other -> !other.getName().startsWith(root))
                    .flatMap(other -> other.getMethods().stream())
                    .forEach(method -> overriding(type, method).ifPresent(unit -> add(unit, caller)));
            dispatched.stream()
                    .filter(method -> type.isAssignableTo(method.getOwner().getName()))
                    .forEach(method -> overriding(type, method).ifPresent(unit -> add(unit, caller)));
        }
    }

    private String way(JavaCodeUnit unit) {
        Deque<String> names = new ArrayDeque<>();
        for (JavaCodeUnit at = unit; at != null; at = from.get(at)) {
            names.addFirst(name(at.getOwner().getName(), at.getName()));
        }
        return String.join(" → ", names);
    }

    private String name(JavaAccess<?> access) {
        return name(access.getTargetOwner().getName(), access.getTarget().getName());
    }

    private String name(String owner, String member) {
        return owner.replaceFirst("^" + root.replace(".", "\\.") + "\\.", "") + "." + member;
    }
}

using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Bloomery.Tests.Packaging;

/// <summary>
/// What an assembly offers to other programs, as text: a line for each public type, and one, indented, for each of its members that others can call or
/// override.
/// </summary>
internal static class PublicSurface
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static
        | BindingFlags.DeclaredOnly;

    public static IEnumerable<string> Of(Assembly assembly)
    {
        foreach (Type type in assembly.GetTypes().Where(type => type.IsVisible).OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            yield return Header(type);
            foreach ((_, string member) in Members(type).OrderBy(member => member.Name, StringComparer.Ordinal)
                .ThenBy(member => member.Text, StringComparer.Ordinal)) yield return "  " + member;
        }
    }

    private static string Header(Type type)
    {
        string kind = type switch
        {
            { IsEnum: true } => "enum " + TypeNames.Of(Enum.GetUnderlyingType(type)),
            { IsInterface: true } => "interface",
            { IsValueType: true } => (Has<IsReadOnlyAttribute>(type) ? "readonly " : "") + (type.IsByRefLike ? "ref struct" : "struct"),
            _ when IsDelegate(type) => "delegate",
            { IsAbstract: true, IsSealed: true } => "static class",
            { IsAbstract: true } => "abstract class",
            { IsSealed: true } => "sealed class",
            _ => "class",
        };
        if (type.GetMethod("<Clone>$") is not null) kind = kind.Replace("class", "record", StringComparison.Ordinal);
        if (type.IsEnum || IsDelegate(type)) return $"{kind} {type.Namespace}.{TypeNames.Of(type)}";
        IEnumerable<Type> bases = type.IsValueType || type.BaseType == typeof(object) || type.BaseType is null ? [] : [type.BaseType];
        bases = bases.Concat(type.GetInterfaces().Where(i => i.IsVisible).OrderBy(i => i.FullName, StringComparer.Ordinal));
        string inherited = string.Join(", ", bases.Select(TypeNames.Of));
        return $"{kind} {type.Namespace}.{TypeNames.Of(type)}{(inherited.Length > 0 ? " : " : "")}{inherited}";
    }

    private static IEnumerable<(string Name, string Text)> Members(Type type)
    {
        if (IsDelegate(type)) return [("", Method(type.GetMethod("Invoke")!))];
        if (type.IsEnum)
            return type.GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => ("", $"{field.Name} = {Constant(field.GetRawConstantValue())}"));
        return type.GetConstructors(Declared).Where(IsOpen).Select(constructor => ("", Method(constructor)))
            .Concat(type.GetMethods(Declared).Where(IsOpen).Where(method => !Has<CompilerGeneratedAttribute>(method)
                && (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal))).Select(method => (method.Name, Method(method))))
            .Concat(type.GetProperties(Declared).Select(property => (property.Name, Text: Property(property))).Where(property => property.Text is not null)
                .Select(property => (property.Name, property.Text!)))
            .Concat(type.GetFields(Declared).Where(field => field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly)
                .Select(field => (field.Name, Field(field))))
            .Concat(type.GetEvents(Declared).Where(e => IsOpen(e.AddMethod!)).Select(e => (e.Name, $"event {TypeNames.Of(e.EventHandlerType!)} {e.Name}")));
    }

    private static bool IsDelegate(Type type) => type.BaseType == typeof(MulticastDelegate);

    /// <summary>Whether others can call or override it. What the compiler adds to a record is left out: it follows from the header.</summary>
    private static bool IsOpen(MethodBase? method) =>
        method is not null && (method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly)
        && !(method.IsConstructor && Has<CompilerGeneratedAttribute>(method));

    private static string Method(MethodBase method)
    {
        string parameters = string.Join(", ", method.GetParameters().Select(Parameter));
        string generic = method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(argument => argument.Name))}>" : "";
        string returned = method is MethodInfo info ? TypeNames.Of(info.ReturnParameter) + " " : "";
        string name = method.IsConstructor ? "new" : method.Name;
        return $"{Modifiers(method)}{returned}{name}{generic}({parameters})";
    }

    private static string Parameter(ParameterInfo parameter)
    {
        string prefix = parameter.IsOut ? "out " : parameter.IsIn ? "in " : parameter.ParameterType.IsByRef ? "ref " : "";
        if (parameter.IsDefined(typeof(ParamArrayAttribute)) || parameter.IsDefined(typeof(ParamCollectionAttribute))) prefix = "params ";
        string fallback = !parameter.HasDefaultValue ? "" : " = " + (parameter.RawDefaultValue is { } value ? Constant(value) : "default");
        return $"{prefix}{TypeNames.Of(parameter)} {parameter.Name}{fallback}";
    }

    private static string? Property(PropertyInfo property)
    {
        MethodInfo? get = IsOpen(property.GetMethod) ? property.GetMethod : null, set = IsOpen(property.SetMethod) ? property.SetMethod : null;
        if ((get ?? set) is not { } accessor || property.Name == "EqualityContract") return null;
        bool init = set?.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) == true;
        string accessors = (get is null ? "" : "get; ") + (set is null ? "" : init ? "init; " : "set; ");
        string index = string.Join(", ", property.GetIndexParameters().Select(Parameter));
        string required = Has<RequiredMemberAttribute>(property) ? "required " : "";
        return $"{Modifiers(accessor)}{required}{TypeNames.Of(property)} {property.Name}{(index.Length > 0 ? $"[{index}]" : "")} {{ {accessors}}}";
    }

    private static string Field(FieldInfo field)
    {
        string access = field.IsPublic ? "" : "protected ";
        if (field.IsLiteral) return $"{access}const {TypeNames.Of(field)} {field.Name} = {Constant(field.GetRawConstantValue())}";
        return $"{access}{(field.IsStatic ? "static " : "")}{(field.IsInitOnly ? "readonly " : "")}{TypeNames.Of(field)} {field.Name}";
    }

    private static string Modifiers(MethodBase method)
    {
        string access = method.IsPublic ? "" : "protected ";
        if (method.IsStatic) return access + (method.IsAbstract ? "static abstract " : "static ");
        bool overrides = method is MethodInfo info && info.GetBaseDefinition() != info;
        return access + (method.DeclaringType!.IsInterface ? "" : method.IsAbstract ? "abstract " : overrides ? "override " : method.IsVirtual
            && !method.IsFinal ? "virtual " : "");
    }

    private static string Constant(object? value) => value switch
    {
        null => "null",
        string text => $"\"{text}\"",
        bool truth => truth ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static bool Has<T>(MemberInfo member) where T : Attribute => member.IsDefined(typeof(T), inherit: false);
}

using System.Reflection;

namespace Bloomery.Tests.Packaging;

/// <summary>Names of types as C# spells them, without namespaces.</summary>
internal static class TypeNames
{
    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void", [typeof(object)] = "object", [typeof(string)] = "string", [typeof(bool)] = "bool", [typeof(char)] = "char",
        [typeof(byte)] = "byte", [typeof(sbyte)] = "sbyte", [typeof(short)] = "short", [typeof(ushort)] = "ushort", [typeof(int)] = "int",
        [typeof(uint)] = "uint",
        [typeof(long)] = "long", [typeof(ulong)] = "ulong", [typeof(nint)] = "nint", [typeof(nuint)] = "nuint", [typeof(float)] = "float",
        [typeof(double)] = "double", [typeof(decimal)] = "decimal",
    };

    private static readonly NullabilityInfoContext Nullability = new();

    /// <summary>The type of a parameter or what a method returns; with a question mark where it may be null.</summary>
    public static string Of(ParameterInfo parameter) => Of(parameter.ParameterType) + Mark(parameter.ParameterType, () => Nullability.Create(parameter));

    /// <summary>The type of a property, likewise.</summary>
    public static string Of(PropertyInfo property) => Of(property.PropertyType) + Mark(property.PropertyType, () => Nullability.Create(property));

    /// <summary>The type of a field, likewise.</summary>
    public static string Of(FieldInfo field) => Of(field.FieldType) + Mark(field.FieldType, () => Nullability.Create(field));

    /// <summary>The name of a type.</summary>
    public static string Of(Type type)
    {
        if (Keywords.TryGetValue(type, out string? keyword)) return keyword;
        if (type.IsGenericParameter) return type.Name;
        if (type.IsByRef) return Of(type.GetElementType()!);
        if (type.IsPointer) return Of(type.GetElementType()!) + "*";
        if (type.IsArray) return $"{Of(type.GetElementType()!)}[{new string(',', type.GetArrayRank() - 1)}]";
        if (type.IsFunctionPointer)
            return $"delegate*<{string.Join(", ", type.GetFunctionPointerParameterTypes().Append(type.GetFunctionPointerReturnType()).Select(Of))}>";
        if (Nullable.GetUnderlyingType(type) is { } underlying) return Of(underlying) + "?";

        Type[] arguments = type.GetGenericArguments();
        if (type.FullName?.StartsWith("System.ValueTuple`", StringComparison.Ordinal) == true) return $"({string.Join(", ", arguments.Select(Of))})";
        string name = type.Name.Split('`')[0];
        // The arguments of a nested type begin with those of the type around it.
        int own = arguments.Length - (type.DeclaringType?.GetGenericArguments().Length ?? 0);
        if (own > 0) name += $"<{string.Join(", ", arguments[^own..].Select(Of))}>";
        return type.DeclaringType is { } outer ? $"{Of(outer)}.{name}" : name;
    }

    private static string Mark(Type type, Func<NullabilityInfo> nullability) =>
        (type.IsByRef ? type.GetElementType()! : type) is { IsValueType: false, IsPointer: false, IsFunctionPointer: false, IsGenericParameter: false }
        && nullability() is { ReadState: NullabilityState.Nullable } ? "?" : "";
}

using Bloomery.Formats.ChatTemplates.Runtime;
using Bloomery.Formats.ChatTemplates.Values;

namespace Bloomery.Formats.ChatTemplates.Builtins;

/// <summary>Filters that have to do with HTML.</summary>
internal static class MarkupFilters
{
    public static MethodTable All { get; } = new()
    {
        { "escape", "", static (r, v, _) => Escaping.Escape(r, v) },
        { "e", "escape" },
        { "forceescape", "", static (r, v, _) => Escaping.ForceEscape(r, r.ToText(v).WithSafe(false)) },
        { "safe", "", static (r, v, _) => r.ToText(v).WithSafe(true) },
        { "striptags", "", static (r, v, _) => StripTags(r, r.ToText(v)) },
        { "xmlattr", "autospace=", static (r, v, a) => XmlAttributes(r, v, Argument.Bool(a[0], true)) },
        { "urlize", "trim_url_limit=, nofollow=, target=, rel=, extra_schemes=", static (r, v, a) => Urlizer.Urlize(r, r.ToText(v), a) },
    };

    private static TextValue StripTags(Rendering rendering, TextValue text)
    {
        rendering.Text(text.Text.Length);
        return TextValue.From(Escaping.StripTags(text.Text), text.WithSafe(false));
    }

    private static TextValue XmlAttributes(Rendering rendering, Value value, bool space)
    {
        if (value is UndefinedValue undefined) throw undefined.Error();
        if (value is not DictValue dict) throw new ChatTemplateException($"'{value.TypeName}' object has no attribute 'items'");
        MarkedWriter writer = new(rendering);
        foreach ((Value key, Value item) in dict.Entries)
        {
            if (item is NoneValue or UndefinedValue) continue;
            TextValue name = Argument.Text(key, "xmlattr");
            if (name.Text.AsSpan().IndexOfAny(" \t\n\r\f\v/>=") >= 0)
                throw new ChatTemplateException($"Invalid character in attribute name: '{name.Text}'");
            if (writer.Length > 0 || space) writer.Append(' ');
            writer.Append(Escaping.Escape(rendering, name));
            writer.Append("=\"");
            writer.Append(Escaping.Escape(rendering, item));
            writer.Append('"');
        }
        return writer.ToValue(rendering.AutoEscape);
    }
}

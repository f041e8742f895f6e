using Bloomery.Engine.Grammars.Patterns;
using Bloomery.Engine.Grammars.Regexes;

namespace Bloomery.Engine.Grammars.Schemas;

/// <summary>The formats that are enforced; other names are annotations, as the standard says.</summary>
internal static class Formats
{
    private const string Date =
        "(?:\\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)|02-(?:0[1-9]|1\\d|2[0-8]))"
        + "|(?:\\d\\d(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29)";

    private const string Offset = "(?:[Zz]|[+-](?:[01]\\d|2[0-3]):[0-5]\\d)";
    private const string Time = "(?:(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d+)?" + Offset + ")";
    private const string Byte = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
    private const string V4 = "(?:" + Byte + "(?:\\." + Byte + "){3})";
    private const string H = "[0-9A-Fa-f]{1,4}";

    private const string V6 = "(?:(?:" + H + ":){6}" + Low + "|::(?:" + H + ":){5}" + Low + "|(?:" + H + ")?::(?:" + H + ":){4}" + Low
        + "|(?:(?:" + H + ":){0,1}" + H + ")?::(?:" + H + ":){3}" + Low + "|(?:(?:" + H + ":){0,2}" + H + ")?::(?:" + H + ":){2}" + Low
        + "|(?:(?:" + H + ":){0,3}" + H + ")?::" + H + ":" + Low + "|(?:(?:" + H + ":){0,4}" + H + ")?::" + Low
        + "|(?:(?:" + H + ":){0,5}" + H + ")?::" + H + "|(?:(?:" + H + ":){0,6}" + H + ")?::)";

    private const string Low = "(?:" + H + ":" + H + "|" + V4 + ")";
    private const string Label = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
    private const string Host = "(?:" + Label + "(?:\\." + Label + ")*)";
    private const string Atom = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
    private const string Local = "(?:" + Atom + "(?:\\." + Atom + ")*|\"(?:[ !#-\\[\\]-~]|\\\\[ -~])*\")";
    private const string Percent = "%[0-9A-Fa-f]{2}";
    private const string Wide = "\\u00A0-\\uD7FF\\uF900-\\uFDCF\\uFDF0-\\uFFEF\\u{10000}-\\u{EFFFD}";

    private static readonly Dictionary<string, string> Patterns = new(StringComparer.Ordinal)
    {
        ["date"] = Date,
        ["time"] = Time,
        ["date-time"] = Date + "[Tt]" + Time,
        ["duration"] = "P(?:\\d+W|(?:\\d+Y(?:\\d+M(?:\\d+D)?)?|\\d+M(?:\\d+D)?|\\d+D)(?:T" + DurationTime + ")?|T" + DurationTime + ")",
        ["email"] = Local + "@(?:" + Host + "|\\[(?:" + V4 + "|IPv6:" + V6 + ")\\])",
        ["hostname"] = Host,
        ["ipv4"] = V4,
        ["ipv6"] = V6,
        ["uuid"] = "[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}",
        ["json-pointer"] = "(?:/(?:[^~/]|~[01])*)*",
        ["relative-json-pointer"] = "(?:0|[1-9]\\d*)(?:#|(?:/(?:[^~/]|~[01])*)*)",
        ["uri"] = Uri("", relative: false),
        ["uri-reference"] = Uri("", relative: true),
        ["iri"] = Uri(Wide, relative: false),
        ["iri-reference"] = Uri(Wide, relative: true),
        ["uri-template"] = "(?:[!#$&-;=?-\\[\\]_a-z~" + Wide + "]|" + Percent + "|\\{[+#./;?&=,!@|]?" + Variable + "(?:," + Variable + ")*\\})*",
    };

    private const string DurationTime = "(?:\\d+H(?:\\d+M(?:\\d+S)?)?|\\d+M(?:\\d+S)?|\\d+S)";
    private const string VariableCharacter = "(?:[A-Za-z0-9_]|" + Percent + ")";
    private const string Variable = VariableCharacter + "(?:\\.?" + VariableCharacter + ")*(?::[1-9]\\d{0,3}|\\*)?";

    /// <summary>The names of the formats that are enforced.</summary>
    public static IEnumerable<string> Names => Patterns.Keys;

    /// <summary>The texts of a format, or null where the name is an annotation.</summary>
    public static RegexNode? Build(RegexBuilder regexes, string name)
    {
        if (!Patterns.TryGetValue(name, out string? pattern)) return null;
        RegexNode result = PatternLanguage.Build(regexes, pattern, whole: true);
        if (name is "time") result = regexes.Or(result, regexes.Machine(new LeapSecond(), 0));
        if (name is "date-time")
            result = regexes.Or(result, regexes.Concat(PatternLanguage.Build(regexes, Date + "[Tt]", whole: true), regexes.Machine(new LeapSecond(), 0)));
        if (name is "hostname") result = regexes.And(result, regexes.Loop(regexes.AnyCharacter, 1, 253));
        return result;
    }

    private static string Uri(string wide, bool relative)
    {
        string unreserved = "A-Za-z0-9._~" + wide + "-", delimiters = "!$&'()*+,;=";
        string character = $"(?:[{delimiters}:@{unreserved}]|{Percent})", segment = character + "*";
        string user = $"(?:(?:[{delimiters}:{unreserved}]|{Percent})*@)?";
        string name = $"(?:[{delimiters}{unreserved}]|{Percent})*";
        string authority = $"{user}(?:\\[(?:{V6}|[Vv][0-9A-Fa-f]+\\.[{delimiters}:{unreserved}]+)\\]|{name})(?::\\d*)?";
        string path = $"(?:/{segment})*", absolute = $"/(?:{character}+{path})?", rootless = $"{character}+{path}";
        string own = wide.Length == 0 ? "" : "\\uE000-\\uF8FF\\u{F0000}-\\u{FFFFD}\\u{100000}-\\u{10FFFD}";
        string query = $"(?:[{delimiters}:@/?{own}{unreserved}]|{Percent})*";
        string tail = $"(?:\\?{query})?(?:#(?:[{delimiters}:@/?{unreserved}]|{Percent})*)?";
        string full = $"[A-Za-z][A-Za-z0-9+.-]*:(?://{authority}{path}|{absolute}|{rootless}|){tail}";
        if (!relative) return full;
        string noScheme = $"(?:[{delimiters}@{unreserved}]|{Percent})+{path}";
        return $"(?:{full}|(?://{authority}{path}|{absolute}|{noScheme}|){tail})";
    }
}

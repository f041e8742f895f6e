using Bloomery.Formats.Tokenizers.Unicode;

namespace Bloomery.Formats.Tokenizers.Patterns.Regexes;

/// <summary>The sets that expressions name: general categories, POSIX brackets, scripts, blocks and binary properties.</summary>
internal static class RegexProperties
{
    private static readonly string[] PosixNames =
        ["alnum", "alpha", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper", "xdigit", "ascii", "word"];

    // In the order of UnicodeCategory.
    private static readonly string[] Codes = ["lu", "ll", "lt", "lm", "lo", "mn", "mc", "me", "nd", "nl", "no", "zs", "zl", "zp", "cc", "cf", "cs", "co",
        "pc", "pd", "ps", "pe", "pi", "pf", "po", "sm", "sc", "sk", "so", "cn"];

    private static readonly string[] LongNames = ["uppercaseletter", "lowercaseletter", "titlecaseletter", "modifierletter", "otherletter",
        "nonspacingmark", "spacingmark", "enclosingmark", "decimalnumber", "letternumber", "othernumber", "spaceseparator", "lineseparator",
        "paragraphseparator", "control", "format", "surrogate", "privateuse", "connectorpunctuation", "dashpunctuation", "openpunctuation",
        "closepunctuation", "initialpunctuation", "finalpunctuation", "otherpunctuation", "mathsymbol", "currencysymbol", "modifiersymbol",
        "othersymbol", "unassigned"];

    private static readonly Dictionary<string, uint> Categories = MakeCategories();

    /// <summary>The set in <c>\p{..}</c>, or null where there is none of this name.</summary>
    public static CharSet? Property(string name)
    {
        string key = name.Replace("_", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal)
            .Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();
        if (key == "posixpunct") return Posix("punct");
        if (Categories.TryGetValue(key, out uint mask)) return new CharSet().AddCategories(mask);
        if (key != "punct" && Posix(key) is { } posix) return key == "word" ? Word() : posix;
        return key switch
        {
            "punct" => new CharSet().AddCategories(Categories["p"]),
            "any" => new CharSet().Add(0, 0x10FFFF),
            "assigned" => new CharSet().AddCategories(~Categories["cn"]),
            "idstart" => IdStart(),
            "idcontinue" => new CharSet().Add(IdStart()).AddCategories(Of("mn", "mc", "nd", "pc")).Add(Known("otheridcontinue")),
            _ => UnicodeProperties.Find(key) is null ? null : Known(key),
        };
    }

    /// <summary>The set in <c>[:..:]</c>, or null where there is none of this name.</summary>
    public static CharSet? Posix(string name) => Array.IndexOf(PosixNames, name) < 0 ? null : name switch
    {
        "alnum" => Known("alphabetic").AddCategories(Categories["nd"]),
        "alpha" => Known("alphabetic"),
        "blank" => new CharSet().Add('\t', '\t').AddCategories(Categories["zs"]),
        "cntrl" => new CharSet().AddCategories(Categories["cc"]),
        "digit" => new CharSet().AddCategories(Categories["nd"]),
        "graph" => Graph(),
        "lower" => Known("lowercase"),
        "print" => Graph().AddCategories(Categories["zs"]),
        "punct" => new CharSet().AddCategories(Categories["p"] | Categories["s"]),
        "space" => new CharSet().AddKinds(CharKinds.Space),
        "upper" => Known("uppercase"),
        "xdigit" => Hexadecimal(),
        "ascii" => new CharSet().Add(0, 0x7F),
        _ => WordInClass(),
    };

    /// <summary>What <c>\h</c> takes.</summary>
    public static CharSet Hexadecimal() => new CharSet().Add('0', '9').Add('a', 'f').Add('A', 'F');

    /// <summary>What <c>\w</c> takes outside a class: there six numbers of Latin-1 belong to it, too, as in the reference.</summary>
    public static CharSet Word() => WordInClass().Add(0xB2, 0xB3).Add(0xB9, 0xB9).Add(0xBC, 0xBE);

    /// <summary>What <c>\w</c> takes in a class.</summary>
    public static CharSet WordInClass() => Known("alphabetic").AddCategories(Categories["m"] | Of("nd", "pc"));

    private static CharSet Graph()
    {
        // Not white space, control, unassigned or surrogate.
        var set = new CharSet().AddCategories(~Of("cc", "cn", "cs"));
        set.Intersect(new CharSet { Negated = true }.AddKinds(CharKinds.Space).Freeze());
        return new CharSet().Add(set.Freeze());
    }

    private static CharSet IdStart()
    {
        CharSet set = Known("otheridstart").AddCategories(Categories["l"] | Categories["nl"]);
        set.Intersect(new CharSet { Negated = true }.Add(Known("patternsyntax")).Add(Known("patternwhitespace")).Freeze());
        return new CharSet().Add(set.Freeze());
    }

    private static CharSet Known(string name) => new CharSet().Add(UnicodeProperties.Find(name)!);

    private static uint Of(params ReadOnlySpan<string> codes)
    {
        uint mask = 0;
        foreach (string code in codes) mask |= Categories[code];
        return mask;
    }

    private static Dictionary<string, uint> MakeCategories()
    {
        var masks = new Dictionary<string, uint>();
        for (int i = 0; i < Codes.Length; i++)
        {
            masks[Codes[i]] = masks[LongNames[i]] = 1u << i;
            masks[Codes[i][..1]] = masks.GetValueOrDefault(Codes[i][..1]) | 1u << i;
        }
        masks["lc"] = masks["lu"] | masks["ll"] | masks["lt"];
        foreach ((string name, string category) in (ReadOnlySpan<(string, string)>)
            [("letter", "l"), ("mark", "m"), ("combiningmark", "m"), ("number", "n"), ("punctuation", "p"), ("symbol", "s"), ("separator", "z"),
             ("other", "c"), ("casedletter", "lc")])
            masks[name] = masks[category];
        return masks;
    }
}

using Bloomery.Engine.Grammars;

namespace Bloomery.Tests.Grammars;

/// <summary>Each keyword with values that fulfil it and values that do not.</summary>
public class SchemaTests
{
    [Theory]
    [InlineData("""{"type": "integer", "minimum": -3, "maximum": 12}""", "-3 0 7 12", "-4 13 1.5 1e1 -0 true")]
    [InlineData("""{"type": "number", "exclusiveMinimum": 0.5, "maximum": 10}""", "0.50001 0.6 1 10 10.0 9.999", "0.5 0.500 0 -1 10.01 11")]
    [InlineData("""{"$schema": "http://json-schema.org/draft-04/schema#", "minimum": 5, "exclusiveMinimum": true}""", "5.1 6 null", "5 5.0 4")]
    [InlineData("""{"multipleOf": 0.01}""", "1 1.5 0.25 0.250 -3.33", "0.255 1.001")]
    [InlineData("""{"multipleOf": 7, "minimum": 20}""", "21 28 70.0 700", "20 22 7 28.5")]
    [InlineData("""{"not": {"type": "integer"}}""", "1.5 \"a\" null", "1 -7 0")]
    [InlineData("""{"oneOf": [{"type": "integer"}, {"minimum": 3}]}""", "2 3.5 1", "3 4")]
    [InlineData("""{"enum": [1, "a", null, [1, 2], {"b": true}]}""",
        "1 1.0 \"a\" \"\\u0061\" null [1,2] {\"b\":true}", "2 \"b\" true [1] [1,2,3] {\"b\":false} {}")]
    [InlineData("""{"const": false}""", "false", "true null 0")]
    [InlineData("""{"type": "string", "minLength": 2, "maxLength": 3}""",
        "\"ab\" \"日本\" \"é\\u00e9x\" \"\\ud83d\\ude00a\"", "\"a\" \"abcd\" \"\\ud83d\" 5")]
    [InlineData("""{"pattern": "b+$"}""", "\"ab\" \"bb\" 1", "\"ba\" \"\"")]
    [InlineData("""{"pattern": "^(?!^lucene\\.|x)", "type": "string"}""", "\"a\" \"lucene\" \"\"", "\"lucene.a\" \"xa\"")]
    [InlineData("""{"pattern": "(^|-)a($|-)"}""", "\"a\" \"a-b\" \"b-a\" \"c-a-b\"", "\"ab\" \"ba\"")]
    [InlineData("""{"type": "string", "pattern": "^a", "not": {"pattern": "b"}}""", "\"ac\" \"a\"", "\"ab\" \"c\"")]
    [InlineData("""{"format": "date"}""", "\"2024-02-29\" \"2023-12-31\" 7", "\"2023-02-29\" \"2023-13-01\" \"2023-1-1\"")]
    [InlineData("""{"format": "date-time"}""",
        "\"1998-12-31T23:59:60Z\" \"2020-01-01T00:00:00.5+01:00\" \"1990-12-31T15:59:60-08:00\"", "\"1998-12-31T23:58:60Z\" \"2020-01-01\"")]
    [InlineData("""{"format": "ipv6"}""", "\"::1\" \"1:2:3:4:5:6:7:8\" \"::ffff:1.2.3.4\"", "\"1::2::3\" \"12345::\" \"1:2:3:4:5:6:7\"")]
    [InlineData("""{"format": "no-such-format"}""", "\"anything\" 1", "")]
    [InlineData("""{"items": {"type": "integer"}, "minItems": 1, "maxItems": 2}""", "[1] [1,2] {}", "[] [1,2,3] [true]")]
    [InlineData("""{"prefixItems": [{"type": "integer"}, {"type": "string"}], "items": false}""", "[] [1] [1,\"a\"]", "[\"a\"] [1,2] [1,\"a\",1]")]
    [InlineData("""{"$schema": "http://json-schema.org/draft-07/schema#", "items": [{"const": 1}], "additionalItems": {"const": 2}}""",
        "[1,2,2] []", "[2] [1,1]")]
    [InlineData("""{"contains": {"const": 1}, "minContains": 2, "maxContains": 3}""", "[1,1] [0,1,2,1,1] 3", "[1] [] [1,1,1,1]")]
    [InlineData("""{"uniqueItems": true}""",
        "[] [1,2] [1,[1]] [{\"a\":1},{\"a\":2}]", "[1,1.0] [{\"a\":1,\"b\":2},{\"b\":2,\"a\":1}] [[1,2],[1,2]] [\"a\",\"\\u0061\"]")]
    [InlineData("""{"not": {"uniqueItems": true}}""", "[1,1]", "[] [1,2] 3")]
    [InlineData("""{"if": {"type": "integer"}, "then": {"minimum": 5}, "else": {"type": "string"}}""", "5 \"a\"", "4 null 5.5")]
    public void Scalars_and_arrays(string schema, string valid, string invalid) => Check(schema, valid.Split(' '), invalid.Split(' '));

    [Theory]
    [InlineData("""{"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"], "additionalProperties": false}""",
        """{"a":1}| { "a" : 1 } """, """{}|{"a":"x"}|{"a":1,"b":2}|{"a":1,"a":2}|[]""")]
    [InlineData("""{"patternProperties": {"^x": {"const": 1}, "y$": {"type": "integer"}}, "additionalProperties": {"type": "string"}}""",
        """{"xa":1,"by":5,"c":"s"}|{"xy":1}|{}""", """{"xa":2}|{"by":"s"}|{"c":1}|{"xy":2}""")]
    [InlineData("""{"minProperties": 1, "maxProperties": 2, "propertyNames": {"pattern": "^[ab]"}}""",
        """{"a":1}|{"a":1,"b":2}|5""", """{}|{"c":1}|{"a":1,"b":1,"ab":1}""")]
    [InlineData("""{"dependentRequired": {"a": ["b"]}, "dependentSchemas": {"c": {"properties": {"d": {"const": 1}}}}}""",
        """{"a":1,"b":1}|{"b":1,"a":2}|{"c":0,"d":1}|{"d":2}|1""", """{"a":1}|{"d":2,"c":0}|{"c":0,"d":2}""")]
    [InlineData("""{"oneOf": [{"properties": {"t": {"const": "a"}, "x": {"type": "integer"}}, "required": ["t"]},"""
        + """{"properties": {"t": {"const": "b"}}, "required": ["t", "y"]}]}""",
        """{"t":"a","x":1}|{"x":"s","t":"b","y":0}|{"y":1,"t":"b"}""", """{"t":"b"}|{"t":"a","x":"s"}|{"x":"s","t":"a"}|{}|{"t":"c","y":1}""")]
    [InlineData("""{"type": "object", "not": {"required": ["a", "b"]}}""", """{"a":1}|{"b":1}|{}""", """{"a":1,"b":1}|{"b":1,"c":1,"a":1}""")]
    [InlineData("""{"type": "object", "not": {"additionalProperties": {"type": "integer"}}}""", """{"a":"s"}|{"a":1,"b":null}""", """{}|{"a":1}""")]
    [InlineData("""{"anyOf": [{"required": ["a"], "properties": {"a": {"type": "object", "required": ["k"]}}}, {"required": ["b"]}]}""",
        """{"a":{"k":1}}|{"a":{},"b":1}|{"b":0,"a":{}}""", """{"a":{}}|{"a":5}|{}""")]
    [InlineData("""{"$ref": "#/$defs/tree", "$defs": {"tree": {"type": "object", "properties":"""
        + """{"c": {"type": "array", "items": {"$ref": "#/$defs/tree"}}}, "required": ["c"]}}}""",
        """{"c":[]}|{"c":[{"c":[]},{"c":[{"c":[]}]}]}""", """{}|{"c":[{}]}|{"c":[[]]}""")]
    [InlineData("""{"$id": "http://x.test/root", "properties": {"a": {"$ref": "item"}, "b": {"$ref": "#mark"}},"""
        + """ "$defs": {"i": {"$id": "item", "type": "integer"}, "m": {"$anchor": "mark", "const": 2}}}""",
        """{"a":1,"b":2}""", """{"a":"s"}|{"b":1}""")]
    [InlineData("""{"allOf": [{"properties": {"a": {"minimum": 2}}}, {"properties": {"a": {"maximum": 4}}}], "required": ["a"]}""",
        """{"a":3}|{"a":"s"}""", """{"a":1}|{"a":5}""")]
    public void Objects(string schema, string valid, string invalid) => Check(schema, valid.Split('|'), invalid.Split('|'));

    [Theory]
    [InlineData("""{"unevaluatedProperties": false}""", "unevaluatedProperties")]
    [InlineData("""{"properties": {"a": {"$dynamicRef": "#x"}}}""", "$dynamicRef at #/properties/a")]
    [InlineData("""{"$ref": "http://elsewhere.test/schema"}""", "$ref")]
    [InlineData("""{"$ref": "#"}""", "itself")]
    [InlineData("""{"allOf": [{"$ref": "#/$defs/a"}], "$defs": {"a": {"anyOf": [{"$ref": "#/$defs/a"}]}}}""", "itself")]
    [InlineData("""{"pattern": "(a)\\1"}""", "pattern at #")]
    [InlineData("""{"pattern": "(?<=a)b"}""", "look-behind")]
    [InlineData("""{"pattern": "\\bword"}""", "\\b")]
    [InlineData("""{"pattern": "(a"}""", "missing )")]
    [InlineData("""{"type": "strin"}""", "strin")]
    [InlineData("""{"minLength": -1}""", "minLength")]
    [InlineData("""{"required": true}""", "required")]
    [InlineData("""{"type": "integer", "minimum": 5, "maximum": 4}""", "no value")]
    [InlineData("""[]""", "expected a schema")]
    public void What_cannot_be_enforced_is_refused_by_name(string schema, string named) =>
        Assert.Contains(named, Assert.Throws<GrammarException>(() => Texts.Schema(schema)).Message, StringComparison.Ordinal);

    private static void Check(string schema, string[] valid, string[] invalid)
    {
        Grammar grammar = Texts.Schema(schema);
        Assert.All(valid.Where(t => t.Length > 0), text => Assert.True(Texts.Accepts(grammar, text), $"{text} should be accepted"));
        Assert.All(invalid.Where(t => t.Length > 0), text => Assert.False(Texts.Accepts(grammar, text), $"{text} should be rejected"));
    }
}

using System.Text.Json.Serialization;

namespace Bloomery.Formats.ChatTemplates;

/// <summary>The kinds of failure of a chat template.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ChatTemplateError>))]
public enum ChatTemplateError
{
    /// <summary>The template is not valid Jinja.</summary>
    Syntax,

    /// <summary>An operation failed, as it would have in the reference implementation.</summary>
    Runtime,

    /// <summary>The template refused its input with <c>raise_exception</c>; the message is its own.</summary>
    Raised,

    /// <summary>The template used more steps, text, memory or depth than a template may.</summary>
    Limit,
}

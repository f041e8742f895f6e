using Bloomery.Formats.ChatTemplates.Runtime;
using Bloomery.Formats.ChatTemplates.Syntax;

namespace Bloomery.Formats.ChatTemplates.Values;

/// <summary><c>self</c>: the blocks of the template by name.</summary>
internal sealed class SelfValue(Context context) : Value
{
    public override string TypeName => "TemplateReference";

    public override Value? Item(Rendering rendering, Value key) =>
        key is TextValue name && rendering.Template.Blocks.TryGetValue(name.Text, out Block? block)
            ? new BlockValue(block, context)
            : null;

    public override void Repr(MarkedWriter writer) => writer.Append("<TemplateReference None>");

    private sealed class BlockValue(Block block, Context context) : Value
    {
        public override string TypeName => "BlockReference";

        public override bool IsCallable => true;

        public override Value Call(Rendering rendering, in Arguments arguments)
        {
            Signature.Of("").Bind(block.BlockName, arguments);
            MarkedWriter output = new(rendering);
            block.Render(rendering, context, output);
            return output.ToValue(rendering.AutoEscape);
        }

        public override Value? Attribute(Rendering rendering, string name) => name switch
        {
            "name" => new TextValue(block.BlockName),
            "super" => new UndefinedValue($"there is no parent block called '{block.BlockName}'."),
            _ => null,
        };

        public override void Repr(MarkedWriter writer) => writer.Append($"<BlockReference {block.BlockName}>");
    }
}

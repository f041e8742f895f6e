using System.Text;

namespace Bloomery.Models.Planning;

/// <summary>The operations of a model in order, made once by tracing its architecture, with a place for every activation.</summary>
internal sealed class Plan
{
    internal Plan(Operation[] operations, IReadOnlyDictionary<string, Value> outputs, IReadOnlyList<Value> hiddenStates, KvShape kvShape, KvShape crossShape,
        bool writesCross, ArenaLayout layout)
    {
        Steps = operations;
        Outputs = outputs;
        HiddenStates = hiddenStates;
        KvShape = kvShape;
        CrossShape = crossShape;
        WritesCross = writesCross;
        Layout = layout;
    }

    /// <summary>What is run, in order.</summary>
    public IReadOnlyList<Operation> Operations => Steps;

    /// <summary>The same as an array: walking it allocates nothing.</summary>
    internal Operation[] Steps { get; }

    /// <summary>Results by name: <c>logits</c>, <c>last_hidden_state</c>, <c>pooler_output</c>.</summary>
    public IReadOnlyDictionary<string, Value> Outputs { get; }

    /// <summary>The recorded hidden states; empty unless the plan was made to record.</summary>
    public IReadOnlyList<Value> HiddenStates { get; }

    /// <summary>What self-attention caches.</summary>
    public KvShape KvShape { get; }

    /// <summary>What cross-attention caches; empty for all but encoder-decoders.</summary>
    public KvShape CrossShape { get; }

    /// <summary>Whether this plan fills the cross-attention cache (an encoder) or reads it (a decoder).</summary>
    public bool WritesCross { get; }

    /// <summary>Where each activation lies.</summary>
    public ArenaLayout Layout { get; }

    /// <summary>A table of the operations, for people.</summary>
    public string Describe()
    {
        StringBuilder text = new();
        int number = 0;
        foreach (Operation op in Operations)
        {
            string rows = op.Output.Rows == RowKind.Tokens ? "T" : "W", inputs = string.Join(", ", op.Inputs.Select(i => $"%{i.Id}"));
            text.Append(System.Globalization.CultureInfo.InvariantCulture,
                $"{number++,4}  %{op.Output.Id,-4} [{rows} x {op.Output.Columns,6}] = {op.Description}({inputs})\n");
        }
        text.Append(System.Globalization.CultureInfo.InvariantCulture,
            $"activations: {Layout.TokenColumns} floats a token, {Layout.WantedColumns} a wanted row\n");
        return text.ToString();
    }
}

using Bloomery.Benchmarks;

if (args is not [string mode, .. string[] rest])
{
    Console.WriteLine("usage: Bloomery.Benchmarks ladders [--tiers a,b] [--formats a,b] [--tokens 1,16,512] [--threads n] [--rounds n] [--cpu]");
    Console.WriteLine("       Bloomery.Benchmarks attention [--tiers a,b] [--depths 512,4096] [--rounds n] [--cpu]");
    Console.WriteLine("       Bloomery.Benchmarks tokenizers FILE...   (tokenizer.json, .model or .gguf)");
    return 2;
}
if (mode == "tokenizers")
{
    TokenizerLadder.Run(rest);
    return 0;
}
Options options = new(rest);
switch (mode)
{
    case "ladders": MatMulLadder.Run(options); return 0;
    case "attention": AttentionLadder.Run(options); return 0;
    default: Console.Error.WriteLine($"there is no benchmark '{mode}'"); return 2;
}
